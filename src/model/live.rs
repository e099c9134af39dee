//! What runs and what answers: a unit's processes, and who listens where.

use serde::{Deserialize, Serialize};

use super::on_disk::is_false;

/// Every process in a unit's control group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessesFact {
    /// In order of pid.
    pub processes: Vec<Process>,
    /// Every account of that place with user id 0: `root`, and whoever else is root by another name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roots: Vec<String>,
}

/// One live process.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Process {
    /// Process id inside the place that was asked.
    pub pid: u32,
    /// Effective user id.
    pub uid: u32,
    /// The account's name in that place's /etc/passwd, or a dynamic user's as the manager gives it; else empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub user: String,
    /// The command's name (`/proc/PID/comm`).
    pub comm: String,
    /// It is the unit's main process.
    #[serde(default, skip_serializing_if = "is_false")]
    pub main: bool,
}

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

/// Whose socket listens on a port: held by inode against the open files of processes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
pub enum PortOwner {
    /// Nobody listens.
    Nobody,
    /// A process of the unit itself.
    Unit {
        /// Its pid.
        pid: u32,
    },
    /// Somebody else.
    Other {
        /// Its pid.
        pid: u32,
        /// Its command's name.
        comm: String,
    },
    /// Somebody listens, and whose socket it is could not be seen.
    Unseen,
}
