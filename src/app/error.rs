//! The one error that reaches the user: the thing, the cause, the next step, and the exit code.

use crate::course::{CourseErrors, Failed, NoSuchChapter, NoSuchLab};
use crate::sandbox::SandboxError;
use crate::ui::PromptError;

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    pub what: String,
    pub cause: String,
    pub next: String,
    pub exit: u8,
}

impl Failure {
    /// The words were wrong: exit 2.
    pub(crate) fn usage(what: impl Into<String>, next: impl Into<String>) -> Self {
        Self { what: what.into(), cause: String::new(), next: next.into(), exit: 2 }
    }

    /// It could not be done or told: exit 3.
    pub(crate) fn could_not(what: impl Into<String>, cause: impl Into<String>, next: impl Into<String>) -> Self {
        Self { what: what.into(), cause: cause.into(), next: next.into(), exit: 3 }
    }

    /// The system refused this: exit 3.
    pub(crate) fn system(what: &str) -> impl FnOnce(std::io::Error) -> Self {
        move |error| Self::could_not(what, error.to_string(), "")
    }

    /// The terminal cannot be drawn on, read or lent: exit 3.
    pub(crate) fn terminal(error: std::io::Error) -> Self {
        Self::system("cannot use the terminal")(error)
    }

    /// Ctrl-C: exit 130.
    pub(crate) fn interrupted() -> Self {
        Self { what: "interrupted".into(), cause: String::new(), next: String::new(), exit: 130 }
    }
}

impl From<SandboxError> for Failure {
    fn from(error: SandboxError) -> Self {
        let exit = if matches!(error, SandboxError::AlreadyRunning { .. }) { 2 } else { 3 };
        Self { next: error.next(), what: error.to_string(), cause: String::new(), exit }
    }
}

impl From<CourseErrors> for Failure {
    fn from(errors: CourseErrors) -> Self {
        let next = "mend the course's files; each line names the file, the line and the column".into();
        Self { what: "the course has mistakes".into(), cause: errors.to_string(), next, exit: 4 }
    }
}

impl From<NoSuchChapter> for Failure {
    fn from(error: NoSuchChapter) -> Self {
        Self::usage(error.to_string(), "see them all with `unitlab list`")
    }
}

impl From<Failed> for Failure {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::NoSuchLab(error) => error.into(),
            Failed::Course(errors) => errors.into(),
        }
    }
}

impl From<NoSuchLab> for Failure {
    fn from(error: NoSuchLab) -> Self {
        Self::usage(error.to_string(), "see them all with `unitlab list`")
    }
}

impl From<PromptError> for Failure {
    fn from(error: PromptError) -> Self {
        match error {
            PromptError::Interrupted => Self::interrupted(),
            other => Self::usage(other.to_string(), String::new()),
        }
    }
}

/// For what is written for the user; whatever else the system refuses is told by its name ([`Failure::system`]).
impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            // Whoever read our output has seen enough: no reason to speak, and the exit code of that signal.
            return Self { what: String::new(), cause: String::new(), next: String::new(), exit: 141 };
        }
        Self::could_not("cannot write the output", error.to_string(), "")
    }
}
