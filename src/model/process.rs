//! A unit's live processes.

use serde::{Deserialize, Serialize};

use super::account::Identity;

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
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub main: bool,
}

/// A unit's processes, looked at closely.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DetailsFact {
    /// In order of pid, as many as are looked at closely.
    pub processes: Vec<ProcessDetails>,
    /// How many there are in all.
    pub count: u32,
    /// Where the folder that was asked about really is, links followed; none when it does not exist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
}

/// One live process.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessDetails {
    /// Process id inside the place that was asked.
    pub pid: u32,
    /// It is the unit's main process.
    #[serde(default)]
    pub main: bool,
    /// `/proc/PID/comm`
    pub comm: String,
    /// `/proc/PID/cmdline`; none when it could not be read.
    pub argv: Option<Vec<String>>,
    /// Its working directory; none when it could not be read.
    pub cwd: Option<String>,
    /// Effective user, effective and supplementary groups.
    pub identity: Identity,
}
