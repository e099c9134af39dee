//! The reason why a question has no answer.

use serde::{Deserialize, Serialize};

/// The reason why a fact is missing. Unknown never means "no".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unknown {
    /// One sentence for a person.
    pub reason: String,
    /// A command or instruction that helps, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}
