//! The exit codes of unitlab. They are the same in every report format.

use crate::app::Error;

/// How unitlab ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitCode {
    /// 0: done; every graded check passed.
    Success,
    /// 1: a check failed.
    CheckFailed,
    /// 2: the command line is wrong, or names something that does not exist.
    Usage,
    /// 3: nothing failed, but a check is unknown, or unitlab could not do something.
    Unknown,
    /// 4: the course has mistakes.
    BrokenCourse,
    /// 125: `lab exec` could not run the command.
    NotRun,
    /// 130: the user pressed Ctrl-C.
    Interrupted,
    /// 141: the reader of standard output is gone, as after SIGPIPE in a shell.
    OutputClosed,
    /// The exit code of a program that ran in a sandbox.
    Program(u8),
}

/// The codes that `unitlab --help` lists, as it lists them.
pub(super) const LISTED: [(ExitCode, &str); 6] = [
    (ExitCode::Success, "every graded check passed"),
    (ExitCode::CheckFailed, "a check failed"),
    (ExitCode::Usage, "the command line is wrong"),
    (ExitCode::Unknown, "nothing failed, but something is unknown or could not be done"),
    (ExitCode::BrokenCourse, "the course has mistakes"),
    (ExitCode::Interrupted, "interrupted"),
];

impl ExitCode {
    /// The number that the process exits with.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::CheckFailed => 1,
            Self::Usage => 2,
            Self::Unknown => 3,
            Self::BrokenCourse => 4,
            Self::NotRun => 125,
            Self::Interrupted => 130,
            Self::OutputClosed => 141,
            Self::Program(code) => code,
        }
    }

    /// The exit code of a report (`Report::exit_code`) or of a course check (`Proof::exit_code`).
    pub(super) fn from_report(code: u8) -> Self {
        match code {
            0 => Self::Success,
            1 => Self::CheckFailed,
            4 => Self::BrokenCourse,
            _ => Self::Unknown,
        }
    }
}

impl From<&Error> for ExitCode {
    fn from(error: &Error) -> Self {
        match error {
            Error::Usage(_) => Self::Usage,
            Error::Failed(_) => Self::Unknown,
            Error::BrokenCourse(_) => Self::BrokenCourse,
            Error::Interrupted => Self::Interrupted,
            Error::OutputClosed => Self::OutputClosed,
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code.code())
    }
}
