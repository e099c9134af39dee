//! Errors of reading and writing progress and reports.

use std::io;
use std::path::{Path, PathBuf};

/// After every one of these errors the existing file is unchanged.
#[derive(Debug, thiserror::Error)]
pub enum LearnerError {
    #[error("uid {uid} has no home directory for its progress; name a directory with --state-dir")]
    NoHome { uid: u32 },
    /// A system call failed. `action` is the verb of the message: `open`.
    #[error("cannot {action} {}: {source}", path.display())]
    System { action: &'static str, path: PathBuf, source: io::Error },
    #[error("{} belongs to uid {found}, but the progress belongs to uid {wanted}; name another directory with --state-dir", path.display())]
    WrongOwner { path: PathBuf, found: u32, wanted: u32 },
    /// The path is a symbolic link, a FIFO, a directory or the like.
    #[error("{} is not a regular file; move it away, and unitlab makes a new one", path.display())]
    NotAFile { path: PathBuf },
    #[error("there is no directory {}", path.display())]
    NoDirectory { path: PathBuf },
    #[error("{} is a directory", path.display())]
    IsDirectory { path: PathBuf },
    /// A newer unitlab wrote the file.
    #[error("{} has version {version} and was written by a newer unitlab; this one knows version {known} and does not change it", path.display())]
    Newer { path: PathBuf, version: i64, known: u32 },
}

impl LearnerError {
    /// Returns a closure for `map_err` that adds the action and the path to a system error.
    pub(super) fn system<E: Into<io::Error>>(action: &'static str, path: &Path) -> impl FnOnce(E) -> Self {
        move |source| Self::System { action, path: path.to_owned(), source: source.into() }
    }
}
