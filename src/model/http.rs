//! What answered a GET.

use serde::{Deserialize, Serialize};

use super::listens::PortOwner;

/// What answered a GET.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpFact {
    /// The outcome of the request.
    pub outcome: HttpOutcome,
    /// Whose socket listens on the port.
    pub owner: PortOwner,
}

/// The outcome of a GET.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
pub enum HttpOutcome {
    /// An HTTP answer.
    Answered {
        /// The status code.
        status: u16,
        /// The start of the body, bounded, decoded.
        body: String,
    },
    /// Nothing listens there.
    Refused,
    /// Something listens and does not answer in time.
    TimedOut,
    /// Something answers that is not HTTP, or hangs up.
    Broken {
        /// What went wrong.
        what: String,
    },
}
