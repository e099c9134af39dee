//! The one error that reaches the user. The command line turns it into a message and an exit code.

use std::fmt::Display;
use std::io;

use crate::course::{CourseError, CourseErrors, LabError, NoSuchChapter, NoSuchLab};
use crate::engine::did_you_mean;
use crate::learner::LearnerError;
use crate::sandbox::SandboxError;
use crate::ui::PromptError;

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(crate) enum Error {
    /// The command line is wrong, or it names something that does not exist.
    Usage(Message),
    /// unitlab or the system could not do it.
    Failed(Message),
    /// The course has mistakes.
    BrokenCourse(Message),
    /// The user pressed Ctrl-C.
    Interrupted,
    /// The reader of standard output is gone; no message is shown.
    OutputClosed,
}

/// What the user reads about an error.
#[derive(Debug, Clone, Default)]
pub(crate) struct Message {
    /// What did not work, in one sentence.
    pub(crate) what: String,
    /// Why, if that is known; may have several lines.
    pub(crate) cause: String,
    /// The mistakes of a course, if they are the cause; it has a line for each.
    pub(crate) mistakes: Vec<CourseError>,
    /// What to do next; may be empty.
    pub(crate) next: String,
}

impl Error {
    pub(crate) fn usage(what: impl Into<String>, next: impl Into<String>) -> Self {
        Self::Usage(Message { what: what.into(), next: next.into(), ..Message::default() })
    }

    /// `what` says that `word` is none of the `known` names; a near one is suggested.
    pub(crate) fn unknown_name<'a>(
        what: impl Display,
        word: &str,
        known: impl IntoIterator<Item = &'a str>,
        next: impl Into<String>,
    ) -> Self {
        match did_you_mean(word, known) {
            Some(meant) => Self::usage(format!("{what}; {meant}"), next),
            None => Self::usage(what.to_string(), next),
        }
    }

    pub(crate) fn failed(what: impl Into<String>, cause: impl Into<String>, next: impl Into<String>) -> Self {
        Self::Failed(Message { what: what.into(), cause: cause.into(), next: next.into(), ..Message::default() })
    }

    pub(crate) fn broken_course(what: impl Into<String>, cause: impl Into<String>, next: impl Into<String>) -> Self {
        Self::BrokenCourse(Message { what: what.into(), cause: cause.into(), next: next.into(), ..Message::default() })
    }

    /// For `map_err` on a system call; `what` says which step failed.
    pub(crate) fn system(what: &str) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::failed(what, error.to_string(), "")
    }

    pub(crate) fn terminal(error: io::Error) -> Self {
        Self::system("cannot use the terminal")(error)
    }

    /// The message to show; `None` if nothing is shown.
    pub(crate) fn message(&self) -> Option<Message> {
        match self {
            Self::Usage(message) | Self::Failed(message) | Self::BrokenCourse(message) => Some(message.clone()),
            Self::Interrupted => Some(Message { what: "interrupted".into(), ..Message::default() }),
            Self::OutputClosed => None,
        }
    }
}

impl From<SandboxError> for Error {
    fn from(error: SandboxError) -> Self {
        let message = Message { next: error.next(), what: error.to_string(), ..Message::default() };
        match error {
            SandboxError::AlreadyRunning { .. } => Self::Usage(message),
            _ => Self::Failed(message),
        }
    }
}

impl From<LearnerError> for Error {
    fn from(error: LearnerError) -> Self {
        Self::failed(error.to_string(), "", "")
    }
}

impl From<CourseErrors> for Error {
    fn from(errors: CourseErrors) -> Self {
        Self::BrokenCourse(Message {
            what: "the course has mistakes".into(),
            cause: errors.to_string(),
            mistakes: errors.into_vec(),
            next: "fix the course's files; each line names the file, the line and the column".into(),
        })
    }
}

impl From<NoSuchChapter> for Error {
    fn from(error: NoSuchChapter) -> Self {
        Self::usage(error.to_string(), "see them all with `unitlab list`")
    }
}

impl From<NoSuchLab> for Error {
    fn from(error: NoSuchLab) -> Self {
        Self::usage(error.to_string(), "see them all with `unitlab list`")
    }
}

impl From<LabError> for Error {
    fn from(failed: LabError) -> Self {
        match failed {
            LabError::NoSuchLab(error) => error.into(),
            LabError::Course(errors) => errors.into(),
        }
    }
}

impl From<PromptError> for Error {
    fn from(error: PromptError) -> Self {
        match error {
            PromptError::Interrupted => Self::Interrupted,
            PromptError::Terminal(error) => Self::terminal(error),
            refused @ PromptError::NoTerminal { .. } => Self::usage(refused.to_string(), String::new()),
        }
    }
}

/// For writing to standard output. Other system errors are mapped with [`Error::system`].
impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::OutputClosed;
        }
        Self::failed("cannot write the output", error.to_string(), "")
    }
}
