//! A unit's live processes.

use serde::{Deserialize, Serialize};

use super::account::Identity;

/// Every process in a unit's control group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessesFact {
    /// In order of pid.
    pub processes: Vec<Process>,
    /// Names of all accounts with user id 0.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roots: Vec<String>,
}

/// One live process.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Process {
    /// The pid in the PID namespace of the machine that was asked.
    pub pid: u32,
    /// Effective user id.
    pub uid: u32,
    /// The account's name in the machine's /etc/passwd, or the name of a dynamic user; else empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub user: String,
    /// `/proc/PID/comm`
    pub comm: String,
    /// It is the unit's main process.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub main: bool,
}

/// Command lines, working directories and credentials of a unit's processes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DetailsFact {
    /// In order of pid, up to a limit.
    pub processes: Vec<ProcessDetails>,
    /// The number of processes, without a limit.
    pub count: u32,
    /// The directory of the question with symbolic links resolved; none if it does not exist.
    #[serde(default, rename = "folder", skip_serializing_if = "Option::is_none")]
    pub directory: Option<String>,
}

/// One live process.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessDetails {
    /// The pid in the PID namespace of the machine that was asked.
    pub pid: u32,
    /// It is the unit's main process.
    #[serde(default)]
    pub main: bool,
    /// `/proc/PID/comm`
    pub comm: String,
    /// `/proc/PID/cmdline`; none when it could not be read.
    pub argv: Option<Vec<String>>,
    /// None when it could not be read.
    pub cwd: Option<String>,
    pub identity: Identity,
}
