//! What a unit's own processes have written to the journal.

use serde::{Deserialize, Serialize};

/// Where reading the journal begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Since {
    /// The unit's latest start.
    #[default]
    Invocation,
    /// The machine's latest boot.
    Boot,
}

/// What a unit's own processes have written to the journal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JournalFact {
    /// The unit was started in that time.
    pub started: bool,
    /// The number of messages read.
    pub messages: u32,
    /// Older messages were not read, because of the limit.
    pub cut: bool,
    /// The latest message that contains the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// The latest message of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
}
