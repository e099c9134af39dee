//! What answered a GET.

use serde::{Deserialize, Serialize};

use super::listens::PortOwner;

/// What answered a GET.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpFact {
    pub outcome: HttpOutcome,
    pub owner: PortOwner,
}

/// The outcome of a GET.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
pub enum HttpOutcome {
    /// An HTTP answer.
    Answered {
        status: u16,
        /// The start of the body, bounded, decoded.
        body: String,
    },
    /// No socket listens on the port.
    Refused,
    /// The connection was accepted, and no answer came in time.
    TimedOut,
    /// The answer is not HTTP, or the connection was closed.
    Broken { what: String },
}
