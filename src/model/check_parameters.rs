//! The parameters of checks on sockets, processes, accounts, files, the journal, programs and answers.

use serde::{Deserialize, Serialize};

use super::command::RunAs;
use super::file::FileType;
use super::journal::Since;
use super::listens::Protocol;

/// Parameters of `listens`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listens {
    pub port: u16,
    pub protocol: Protocol,
    /// The required address; none if any will do.
    pub address: Option<Address>,
}

/// The addresses on which a socket must listen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Address {
    /// All addresses: `0.0.0.0` or `::`.
    Any,
    /// Only loopback addresses.
    Loopback,
    /// This address, or all addresses.
    Exactly(std::net::IpAddr),
}

/// Parameters of `process`; at least one is given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProcessCheck {
    /// The command name of the main process, or the file name of its first argument.
    pub name: Option<String>,
    /// The working directory of the main process.
    pub cwd: Option<String>,
    /// A text that an argument of the main process must contain.
    pub argument: Option<String>,
    /// The least number of live processes.
    pub at_least: Option<u32>,
    /// The greatest number of live processes.
    pub at_most: Option<u32>,
}

/// Parameters of `account`; at least one is given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountCheck {
    /// The account must not allow logins.
    pub no_login: bool,
    /// It must not be root, `nobody`, a person's account, or the account of another running service.
    pub own: bool,
    /// Groups that it must not be in.
    pub member_of_not: Vec<String>,
}

/// Parameters of `file`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileCheck {
    /// Absolute.
    pub path: String,
    /// Nothing must exist at the path; the other fields are then empty.
    pub absent: bool,
    pub file_type: Option<FileType>,
    /// A name or number.
    pub owner: Option<String>,
    /// A name or number.
    pub group: Option<String>,
    pub mode: Option<ModeRule>,
    /// A text that the file must contain.
    pub contains: Option<String>,
    /// The service must not be able to write it.
    pub unwritable: bool,
}

/// The required permission bits: the lowest twelve, as in chmod(1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModeRule {
    /// Exactly these.
    Is(u32),
    /// No others than these.
    AtMost(u32),
}

/// Parameters of `journal`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalCheck {
    pub text: String,
    /// The text must not be there.
    pub lacks: bool,
    pub since: Since,
}

/// Parameters of `command`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandCheck {
    /// The program and its arguments, without a shell.
    pub run: Vec<String>,
    /// The required exit status.
    pub exit: u8,
    /// A text that its output must contain.
    pub stdout_contains: Option<String>,
    pub run_as: RunAs,
}

/// Parameters of `answer`: what the learner must find out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerCheck {
    /// The question in a few words: `the PID of the main process`.
    pub ask: String,
    pub form: AnswerForm,
    pub truth: AnswerSource,
}

/// The syntax of an answer. Each variant ignores some differences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnswerForm {
    /// A whole number.
    Number,
    /// A unit name; `.service` is optional.
    Unit,
    /// A state of systemd; case and surrounding spaces are ignored.
    State,
    /// An absolute path; a slash at the end is ignored.
    Path,
    /// One of these words.
    OneOf(Vec<String>),
}

/// The source of the right answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnswerSource {
    /// A property of the check's unit, as the manager shows it now.
    Property(String),
    /// The first line that this program prints, run as root on the machine.
    Printed(Vec<String>),
    /// Any of these, from the author of the lab.
    Known(Vec<String>),
}
