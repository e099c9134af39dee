//! Errors of reading and writing progress and reports.

use std::io;
use std::path::{Path, PathBuf};

/// After every one of these errors the existing file is unchanged.
#[derive(Debug, thiserror::Error)]
pub enum LearnerError {
    /// The account has no home directory.
    #[error("uid {uid} has no home directory for its progress; name a directory with --state-dir")]
    NoHome {
        /// The invoking user.
        uid: u32,
    },
    /// The system refused.
    #[error("cannot {doing} {}: {source}", path.display())]
    System {
        /// What was tried: `open`.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// The folder belongs to somebody else than the learner.
    #[error("{} belongs to uid {found}, and the progress to uid {wanted}; name another folder with --state-dir", path.display())]
    Foreign {
        /// The folder.
        path: PathBuf,
        /// Whose it is.
        found: u32,
        /// Whose it ought to be.
        wanted: u32,
    },
    /// Something that is no regular file has the file's name: a link, a FIFO, a folder.
    #[error("{} is not a regular file; move it away, and a new one will be made", path.display())]
    NotAFile {
        /// The file.
        path: PathBuf,
    },
    /// A file was named in a folder that is not there.
    #[error("there is no folder {}", path.display())]
    NoFolder {
        /// The folder.
        path: PathBuf,
    },
    /// A folder was named where a file is wanted.
    #[error("{} is a folder", path.display())]
    IsFolder {
        /// The folder.
        path: PathBuf,
    },
    /// A later unitlab wrote it.
    #[error("{} is of version {version}, made by a newer unitlab; this one knows version {known} and leaves it alone", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: i64,
        /// The latest version known here.
        known: u32,
    },
}

impl LearnerError {
    /// Turns a system error into one that says what was tried on what.
    pub(super) fn system<E: Into<io::Error>>(doing: &'static str, path: &Path) -> impl FnOnce(E) -> Self {
        move |source| Self::System { doing, path: path.to_owned(), source: source.into() }
    }
}
