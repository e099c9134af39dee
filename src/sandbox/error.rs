//! What can go wrong with a sandbox: the thing, the cause, and the next step.

use std::io;
use std::path::{Path, PathBuf};

/// An error of this room.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// A file or folder could not be handled.
    #[error("{action} {path}: {source}")]
    File {
        /// What was being done: `cannot read`.
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// A system call failed.
    #[error("{action}: {source}")]
    System {
        /// What was being done.
        action: String,
        /// The system's answer.
        source: io::Error,
    },
    /// This machine cannot run sandboxes.
    #[error("{what}")]
    Unsupported {
        /// What is missing.
        what: String,
        /// What mends it.
        next: String,
    },
    /// The sandbox of that name is running.
    #[error("the sandbox {name} is already running")]
    AlreadyRunning {
        /// Its name.
        name: String,
    },
    /// The sandbox of that name is not running.
    #[error("the sandbox {name} is not running")]
    NotRunning {
        /// Its name.
        name: String,
    },
    /// The payload did not boot, or its supervisor died.
    #[error("the sandbox {name} did not come up: {why}")]
    Boot {
        /// Its name.
        name: String,
        /// The last thing that was said.
        why: String,
    },
    /// A record is from another version, or damaged.
    #[error("the record {path} cannot be read: {why}")]
    Record {
        /// Where it is.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A script of the lab's did not succeed inside.
    #[error("{what} did not succeed: {why}")]
    Script {
        /// Whose it is: `the lab's scene`.
        what: String,
        /// How it ended, and what it said.
        why: String,
    },
}

impl SandboxError {
    /// What the user can do about it; empty when there is nothing to say.
    #[must_use]
    pub fn next(&self) -> String {
        match self {
            Self::Unsupported { next, .. } => next.clone(),
            Self::AlreadyRunning { .. } => {
                "open another shell in it with `unitlab lab shell`, or end it with `unitlab lab stop`".into()
            }
            Self::NotRunning { .. } => "start it with `unitlab lab start`".into(),
            Self::Boot { .. } => "see what this machine lacks with `unitlab doctor`".into(),
            Self::Record { .. } => "`unitlab doctor --fix` sweeps up what belongs to no sandbox".into(),
            Self::File { .. } | Self::System { .. } | Self::Script { .. } => String::new(),
        }
    }

    pub(super) fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { action, path, source }
    }

    pub(super) fn system<E: Into<io::Error>>(action: impl Into<String>) -> impl FnOnce(E) -> Self {
        let action = action.into();
        move |source| Self::System { action, source: source.into() }
    }
}
