//! The file of `--output`: written completely or not at all, with the learner's rights only.

use std::fs::File;
use std::io::Write as _;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, AtFlags, FileType, Mode, OFlags, accessat, mkdir, open, readlinkat, statat};
use rustix::io::Errno;

use super::error::LearnerError;
use super::owner::Owner;
use crate::os::replace::{Permissions, TemporaryName, replace};

/// The destination of a report. It is checked before anything is graded.
#[derive(Debug)]
pub struct ReportFile {
    path: PathBuf,
    owner: Owner,
    mode: WriteMode,
}

#[derive(Debug)]
enum WriteMode {
    /// Write a new file into this directory and rename it.
    Replace(OwnedFd),
    /// Append to it: a FIFO, a terminal, `/dev/null`.
    Stream,
}

impl ReportFile {
    /// Checks the path and writes nothing.
    ///
    /// A symbolic link is replaced and not followed, because another user may have planted it. A link to a device, to a
    /// FIFO or into `/proc` (`/dev/stderr`) is followed.
    pub fn at(path: &Path, owner: Owner) -> Result<Self, LearnerError> {
        let path = std::path::absolute(path).map_err(LearnerError::system("use", path))?;
        let mode = owner.run(|| find_mode(&path)).map_err(LearnerError::system("act as the owner of", &path))??;
        Ok(Self { path, owner, mode })
    }

    /// Like [`ReportFile::at`], but makes the parent directory if it is missing.
    pub fn at_making_parent(path: &Path, owner: Owner) -> Result<Self, LearnerError> {
        let parent = path.parent().unwrap_or(Path::new(""));
        let made = owner.run(|| mkdir(parent, Mode::from_raw_mode(0o777)));
        match made.map_err(LearnerError::system("act as the owner of", parent))? {
            Ok(()) | Err(Errno::EXIST) => Self::at(path, owner),
            Err(error) => Err(LearnerError::system("make the directory", parent)(error)),
        }
    }

    /// Writes the report. If this fails, an existing file is unchanged.
    pub fn write(&self, bytes: &[u8]) -> Result<(), LearnerError> {
        let path = &self.path;
        let done = self.owner.run(|| match &self.mode {
            WriteMode::Replace(dir) => {
                let name = path.file_name().unwrap_or_default();
                replace(dir, name, bytes, TemporaryName::Unique, Permissions::OfReplaced)
                    .map_err(LearnerError::system("write", path))
            }
            WriteMode::Stream => {
                let flags = OFlags::WRONLY | OFlags::APPEND | OFlags::NOCTTY | OFlags::CLOEXEC;
                let stream = open(path, flags, Mode::empty()).map_err(LearnerError::system("open", path))?;
                File::from(stream).write_all(bytes).map_err(LearnerError::system("write", path))
            }
        });
        done.map_err(LearnerError::system("act as the owner of", path))?
    }
}

fn find_mode(path: &Path) -> Result<WriteMode, LearnerError> {
    let is_directory = || LearnerError::IsDirectory { path: path.to_owned() };
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else { return Err(is_directory()) };
    if path.as_os_str().as_bytes().ends_with(b"/") {
        return Err(is_directory());
    }
    // With O_PATH the directory need not be readable.
    let dir = match open(parent, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()) {
        Ok(dir) => dir,
        Err(Errno::NOENT | Errno::NOTDIR) => return Err(LearnerError::NoDirectory { path: parent.to_owned() }),
        Err(error) => return Err(LearnerError::system("open", parent)(error)),
    };
    let kind = |flags| statat(&dir, name, flags).map(|found| FileType::from_raw_mode(found.st_mode));
    let mut found = kind(AtFlags::SYMLINK_NOFOLLOW);
    if found == Ok(FileType::Symlink) {
        let target = readlinkat(&dir, name, Vec::new()).map_err(LearnerError::system("read", path))?;
        if target.as_bytes().starts_with(b"/proc/") {
            return Ok(WriteMode::Stream);
        }
        found = match kind(AtFlags::empty()) {
            Ok(FileType::RegularFile | FileType::Socket | FileType::BlockDevice) | Err(_) => Err(Errno::NOENT),
            stream_or_directory => stream_or_directory,
        };
    }
    match found {
        Ok(FileType::Fifo | FileType::CharacterDevice) => return Ok(WriteMode::Stream),
        Ok(FileType::Directory) => return Err(is_directory()),
        Ok(FileType::RegularFile) | Err(Errno::NOENT) => {}
        Ok(_) => return Err(LearnerError::NotAFile { path: path.to_owned() }),
        Err(error) => return Err(LearnerError::system("look at", path)(error)),
    }
    accessat(&dir, ".", Access::WRITE_OK | Access::EXEC_OK, AtFlags::empty())
        .map_err(LearnerError::system("make a file in", parent))?;
    Ok(WriteMode::Replace(dir))
}
