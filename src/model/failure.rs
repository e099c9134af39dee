//! What tells why a unit's process failed: its last words, what lies at the paths it needs, who has its ports.

use serde::{Deserialize, Serialize};

use super::account::Identity;
use super::file::FileFact;
use super::listens::Protocol;

/// Whatever was left to be seen of a failure. Everything is empty for a unit that is up and has not failed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailureFact {
    /// The last messages of its own processes, oldest first; of an earlier start where restarts have come since.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub said: Vec<String>,
    /// What the manager said of it since this boot that tells why a start came to nothing, oldest first; of a unit that
    /// is up, nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub manager: Vec<String>,
    /// What its own words show to be missing from its environment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assumed: Vec<Assumed>,
    /// What lies at the paths that its start needs, and at those that it was denied.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<Needed>,
    /// Who has the ports that it may have wanted; looked for only where it found an address in use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holders: Vec<Holder>,
    /// What `Group=` and `SupplementaryGroups=` name, and no source of groups knows; looked for only after 216/GROUP.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown_groups: Vec<String>,
    /// Ports below this one take a capability (`net.ipv4.ip_unprivileged_port_start`); told only where it was denied
    /// something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free_ports_from: Option<u16>,
    /// As whom it is started; none where that cannot be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
}

/// What a program took for given that a login shell has, and the service has not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Assumed {
    /// A program that no folder of the service's `PATH` has.
    Command {
        /// Its name, without a folder.
        name: String,
        /// The service's `PATH`.
        path: String,
        /// Where it is instead, if it is in one of the usual places.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        elsewhere: Option<String>,
    },
    /// A variable that neither `Environment=` nor a file of `EnvironmentFile=` sets.
    Variable {
        /// Its name.
        name: String,
    },
}

/// A path, what for, and what is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Needed {
    /// As written, or where a program without a path was found.
    pub path: String,
    /// What for.
    pub purpose: Purpose,
    /// What is there; where nothing is, `folders` begins with the nearest that is.
    pub found: FileFact,
    /// How a program begins; none for what is no regular file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<Head>,
}

/// What a path is needed for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// The program of `ExecStart=`, or of the command before or after it that failed.
    Program,
    /// `WorkingDirectory=`
    WorkingDirectory,
    /// A path that this directive puts into the unit's own view of the files: `ReadWritePaths`.
    Namespace(String),
    /// A message named it, and said that permission was denied.
    Denied,
    /// A message named it, and said that the file system is read-only.
    ReadOnly,
}

/// How a program begins, which decides who executes it (execve(2)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Head {
    /// `#!`, and an interpreter.
    Script {
        /// The line behind `#!`, as it is: a carriage return stays.
        line: String,
        /// The interpreter is there, and can be executed.
        runs: bool,
    },
    /// A compiled program.
    Binary {
        /// Made for this machine's processor.
        native: bool,
    },
    /// Neither.
    Other,
}

/// Somebody who listens on a port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holder {
    /// TCP or UDP.
    pub protocol: Protocol,
    /// The port.
    pub port: u16,
    /// Its process; 1 is the manager, for a socket unit.
    pub pid: u32,
    /// Its command's name.
    pub comm: String,
    /// The service that the process belongs to, if it is one's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
}
