//! Why a question has no answer.

use serde::{Deserialize, Serialize};

/// Why there is no fact. Unknown never means "no".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unknown {
    /// One sentence for a person.
    pub reason: String,
    /// What to do about it; empty when nothing can be done.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub remedy: String,
}
