//! Evidence about a failed unit: its last messages, the files that its start needs, the processes on its ports.

use serde::{Deserialize, Serialize};

use super::account::Identity;
use super::file::FileFact;
use super::listens::Protocol;

/// Empty for a unit that is active and has not failed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailureFact {
    /// The last journal messages of its processes, oldest first. After a restart they may belong to an earlier run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<String>,
    /// What the manager logged since boot about failed starts of the unit, oldest first. Empty if the unit is active.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub manager_messages: Vec<String>,
    /// What its messages show to be missing from its environment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<MissingFromEnvironment>,
    /// The files that its start needs, and the files that it was denied.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<RequiredPath>,
    /// The processes on the ports that it may need. Filled only if it reported an address in use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub port_holders: Vec<PortHolder>,
    /// Names in `Group=` and `SupplementaryGroups=` that do not exist. Filled only after status 216/GROUP.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown_groups: Vec<String>,
    /// Lower ports need a capability (`net.ipv4.ip_unprivileged_port_start`). Filled only if it was denied something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_unprivileged_port: Option<u16>,
    /// The user and groups that it is started with, if they are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
}

/// Something that a login shell has and a service does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
pub enum MissingFromEnvironment {
    /// A program that is in no directory of the service's `PATH`.
    Command {
        /// Without a directory.
        name: String,
        /// The service's `PATH`.
        path: String,
        /// Its full path, if it is in another usual directory.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        elsewhere: Option<String>,
    },
    /// A variable that neither `Environment=` nor `EnvironmentFile=` sets.
    Variable { name: String },
}

/// A path that a start needs, and what is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequiredPath {
    /// As written in the unit; for a bare program name, the path where systemd found it.
    pub path: String,
    pub purpose: Purpose,
    /// If nothing is there, `directories` begins with the nearest parent that exists.
    pub found: FileFact,
    /// How the program begins; none for anything but a regular file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<ProgramFormat>,
}

/// What a path is needed for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// The program of the command that failed: `ExecStart=`, `ExecStartPre=` or `ExecStartPost=`.
    Program,
    WorkingDirectory,
    /// The path is in this directive, which changes the unit's mount namespace: `ReadWritePaths`.
    Namespace(String),
    /// The program reported "Permission denied" for it.
    Denied,
    /// The program reported "Read-only file system" for it.
    ReadOnly,
}

/// The beginning of a program, which tells the kernel how to execute it; see execve(2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ProgramFormat {
    Script {
        /// The text after `#!`, with a carriage return if there is one.
        line: String,
        /// The interpreter exists and is executable.
        runs: bool,
    },
    /// A compiled program.
    Binary {
        /// Compiled for this machine's processor.
        native: bool,
    },
    Other,
}

/// A process that listens on a port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PortHolder {
    pub protocol: Protocol,
    pub port: u16,
    /// 1 is the manager, which listens for a socket unit.
    pub pid: u32,
    /// The command name of the process.
    pub comm: String,
    /// The service of the process, if it belongs to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
}
