//! What a machine sees of sockets, processes, accounts, the journal and programs: what is, not what it means.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::live::PortOwner;

/// A transport protocol.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// tcp(7)
    #[default]
    Tcp,
    /// udp(7)
    Udp,
}

impl Protocol {
    /// `tcp` or `udp`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        }
    }
}

/// Who listens on a port.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListensFact {
    /// Every socket that listens there, in the order of the kernel's table.
    pub listeners: Vec<Listener>,
}

/// A listening socket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listener {
    /// The local address.
    pub address: IpAddr,
    /// Whose it is.
    pub owner: PortOwner,
    /// PID 1 holds it for this active socket unit, by which it would start the unit in question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub socket_unit: Option<String>,
}

/// A unit's processes, looked at closely.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DetailsFact {
    /// In order of pid, as many as are looked at closely.
    pub processes: Vec<Details>,
    /// How many there are in all.
    pub count: u32,
    /// Where the folder that was asked about really is, links followed; none when it does not exist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
}

/// One live process.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Details {
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

/// As whom a process acts on files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// User id; none where no number is known yet (a dynamic user that does not run).
    pub uid: Option<u32>,
    /// Group ids, the effective one and the supplementary ones.
    pub groups: Vec<u32>,
    /// Those of its effective capabilities by which it can write files whatever their bits say (capabilities(7)).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub powers: Vec<String>,
}

/// The account that a unit is started as, by its loaded settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountFact {
    /// `User=` as loaded; empty for none.
    pub user: String,
    /// `DynamicUser=yes`, and no account of that name exists in passwd(5).
    pub dynamic: bool,
    /// The account's line in passwd(5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<PasswdRow>,
    /// As whom it is started: the row, `Group=` and `SupplementaryGroups=`.
    pub identity: Identity,
    /// The accounts of the unit's live processes, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub live: Vec<PasswdRow>,
    /// Every group that the account or a live process of the unit is in, by name, else by number.
    pub groups: Vec<String>,
    /// Other services with a live process of the same user.
    pub shared_with: Vec<String>,
    /// `UID_MIN` and `UID_MAX` of login.defs(5): the numbers of people.
    pub people: (u32, u32),
}

/// An account, and whether it can be logged in to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswdRow {
    /// Its name.
    pub name: String,
    /// Its number.
    pub uid: u32,
    /// Its shell as written; empty stands for /bin/sh.
    pub shell: String,
    /// What stands behind the shell.
    pub shell_is: Shell,
    /// No password opens it: `!` or `*` in shadow(5), or no line there. None where that could not be read.
    pub locked: Option<bool>,
    /// The account has expired (chage(1)): nobody logs in, by whatever key.
    pub expired: bool,
}

/// What a login would start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shell {
    /// A program that can be started.
    #[default]
    Real,
    /// nologin(8), false(1) or true(1).
    Refuses,
    /// Nothing that could be started.
    Missing,
}

/// From when on the journal is read.
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
    /// It has been started at all in that time.
    pub started: bool,
    /// How many messages were read.
    pub messages: u32,
    /// There were more, and older ones, than are read.
    pub cut: bool,
    /// The latest message that contains the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// The latest message of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
}

/// Who runs a program.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunAs {
    /// The superuser.
    #[default]
    Root,
    /// The account `learner` of the sandbox.
    Learner,
}

/// What came of running a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ProgramFact {
    /// It ended by itself.
    Exited {
        /// Its exit status.
        status: u8,
        /// What it wrote to stdout.
        stdout: String,
        /// The last line on stderr.
        stderr: String,
    },
    /// A signal ended it.
    Killed {
        /// The signal's number.
        signal: u32,
    },
    /// It ran until its deadline.
    TimedOut {
        /// The deadline.
        seconds: u64,
    },
    /// It wrote more than is read.
    Flooded {
        /// The bound.
        bytes: u64,
    },
    /// Nothing that can be executed is at its path.
    Missing,
}
