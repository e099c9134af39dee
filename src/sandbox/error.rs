//! The errors of sandboxes: what failed, why, and what the user can do.

use std::io;
use std::path::{Path, PathBuf};

use crate::os::MissingSoftware;

#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    #[error("{action} {path}: {source}")]
    File {
        /// For example `cannot read`.
        action: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    #[error("{action}: {source}")]
    System {
        /// For example `cannot start systemd-nspawn`.
        action: String,
        source: io::Error,
    },
    /// This machine cannot run sandboxes.
    #[error("{what}")]
    Unsupported {
        what: String,
        /// How to fix it.
        next: String,
    },
    #[error("the sandbox {name} is already running")]
    AlreadyRunning { name: String },
    #[error("the sandbox {name} is not running")]
    NotRunning { name: String },
    /// The payload did not boot, or its supervisor died.
    #[error("the sandbox {name} did not come up: {why}")]
    Boot {
        name: String,
        /// The last line that the payload or the supervisor printed.
        why: String,
    },
    /// There was no free place on this host within the time that a start waits.
    #[error("no place for another sandbox: {why}")]
    NoPlace {
        /// How many sandboxes are running, and which limit they reach.
        why: String,
        /// How to free one.
        next: String,
    },
    /// A record is from another version, or damaged.
    #[error("the record {path} cannot be read: {why}")]
    Record { path: PathBuf, why: String },
    /// A script of the lab failed inside.
    #[error("{what} failed: {why}")]
    Script {
        /// For example `the lab's scene`.
        what: String,
        /// Its exit status and its output.
        why: String,
    },
}

impl SandboxError {
    /// What the user can do about it; empty if there is no advice.
    #[must_use]
    pub fn next(&self) -> String {
        match self {
            Self::Unsupported { next, .. } | Self::NoPlace { next, .. } => next.clone(),
            Self::AlreadyRunning { .. } => {
                "open another shell in it with `unitlab lab shell`, or stop it with `unitlab lab stop`".into()
            }
            Self::NotRunning { .. } => "start it with `unitlab lab start`".into(),
            Self::Boot { .. } => "run `unitlab doctor` to see what this machine lacks".into(),
            Self::Record { .. } => {
                "stop the sandbox with `unitlab lab stop`, then make a new one with `unitlab lab reset`".into()
            }
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

impl From<MissingSoftware> for SandboxError {
    fn from(missing: MissingSoftware) -> Self {
        Self::Unsupported { what: missing.to_string(), next: missing.next() }
    }
}
