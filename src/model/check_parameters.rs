//! What a check demands of sockets, processes, accounts, files, the journal and programs.

use super::command::RunAs;
use super::file::FileType;
use super::journal::Since;
use super::listens::Protocol;

/// Parameters of `listens`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listens {
    /// The port.
    pub port: u16,
    /// TCP, unless said otherwise.
    pub protocol: Protocol,
    /// On which addresses; none where any will do.
    pub address: Option<Address>,
}

/// On which addresses something has to listen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Address {
    /// On all of them: `0.0.0.0` or `::`.
    Any,
    /// On loopback addresses and no others.
    Loopback,
    /// On this one, itself or as one of all.
    Exactly(std::net::IpAddr),
}

/// Parameters of `process`; at least one is given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProcessCheck {
    /// The main process's command name, or the last part of its first argument.
    pub name: Option<String>,
    /// The main process's working directory.
    pub cwd: Option<String>,
    /// A text that one of the main process's arguments contains.
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
    /// It is the service's own: not root, not nobody, no person's, no other running service's.
    pub own: bool,
    /// Groups that it must not be in.
    pub member_of_not: Vec<String>,
}

/// Parameters of `file`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileCheck {
    /// Absolute path.
    pub path: String,
    /// Nothing must be there; everything else is then left out.
    pub absent: bool,
    /// What it must be.
    pub file_type: Option<FileType>,
    /// Name or number of its owner.
    pub owner: Option<String>,
    /// Name or number of its group.
    pub group: Option<String>,
    /// Its permission bits, or the most that it may have.
    pub mode: Option<ModeRule>,
    /// A text that must be in it.
    pub contains: Option<String>,
    /// The service must not be able to write it.
    pub unwritable: bool,
}

/// What permission bits must be: the lowest twelve, as chmod(1) writes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModeRule {
    /// Exactly these.
    Is(u32),
    /// None beyond these.
    AtMost(u32),
}

/// Parameters of `journal`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalCheck {
    /// The text.
    pub text: String,
    /// It must not be there.
    pub lacks: bool,
    /// From when on.
    pub since: Since,
}

/// Parameters of `command`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandCheck {
    /// The program and its arguments; no shell reads them.
    pub run: Vec<String>,
    /// The exit status that must come.
    pub exit: u8,
    /// A text that its output must contain.
    pub stdout_contains: Option<String>,
    /// Who runs it.
    pub run_as: RunAs,
}

/// What the learner has to find out and hand in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerCheck {
    /// What is asked for, in a few words: `the PID of the main process`.
    pub ask: String,
    /// How an answer looks.
    pub form: AnswerForm,
    /// What it is compared with.
    pub truth: AnswerSource,
}

/// How an answer looks; each is tolerant in its own way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnswerForm {
    /// A whole number.
    Number,
    /// A unit's name; `.service` may be left out.
    Unit,
    /// A word of systemd's: case and the spaces around it do not count.
    State,
    /// An absolute path; a slash at its end does not count.
    Path,
    /// One of these words.
    OneOf(Vec<String>),
}

/// Where the right answer comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnswerSource {
    /// A property of the check's unit, as its manager shows it now.
    Property(String),
    /// The first line that a program prints, run as root on the machine, now.
    Printed(Vec<String>),
    /// The author knows it: any of these.
    Known(Vec<String>),
}
