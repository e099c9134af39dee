//! A file that the learner wants a report in: there as a whole or not at all, and made with the learner's rights only.

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

/// Where a report will be, looked at before anything is graded.
#[derive(Debug)]
pub struct ReportFile {
    path: PathBuf,
    owner: Owner,
    way: Way,
}

/// How bytes get there.
#[derive(Debug)]
enum Way {
    /// Into a new file beside it, which then takes its name.
    Replace(OwnedFd),
    /// Straight into it: a FIFO, a terminal, `/dev/null`.
    Stream,
}

impl ReportFile {
    /// Looks at the place; nothing is written yet.
    ///
    /// A link is not followed but replaced, since anybody may have planted it; but one that leads to a device, a FIFO or
    /// into `/proc` (`/dev/stderr`) names a stream.
    pub fn named(path: &Path, owner: Owner) -> Result<Self, LearnerError> {
        let path = std::path::absolute(path).map_err(LearnerError::system("use", path))?;
        let way = owner.work(|| look(&path)).map_err(LearnerError::system("act as the owner of", &path))??;
        Ok(Self { path, owner, way })
    }

    /// As [`ReportFile::named`], and makes the folder that it goes into, unless that is there.
    pub fn named_in_folder(path: &Path, owner: Owner) -> Result<Self, LearnerError> {
        let parent = path.parent().unwrap_or(Path::new(""));
        let made = owner.work(|| mkdir(parent, Mode::from_raw_mode(0o777)));
        match made.map_err(LearnerError::system("act as the owner of", parent))? {
            Ok(()) | Err(Errno::EXIST) => Self::named(path, owner),
            Err(error) => Err(LearnerError::system("make the folder", parent)(error)),
        }
    }

    /// Writes the whole of it. When this fails, the file that was there before is still there.
    pub fn write(&self, bytes: &[u8]) -> Result<(), LearnerError> {
        let path = &self.path;
        let done = self.owner.work(|| match &self.way {
            Way::Replace(dir) => {
                let name = path.file_name().unwrap_or_default();
                replace(dir, name, bytes, TemporaryName::Unique, Permissions::OfReplaced)
                    .map_err(LearnerError::system("write", path))
            }
            Way::Stream => {
                let flags = OFlags::WRONLY | OFlags::APPEND | OFlags::NOCTTY | OFlags::CLOEXEC;
                let stream = open(path, flags, Mode::empty()).map_err(LearnerError::system("open", path))?;
                File::from(stream).write_all(bytes).map_err(LearnerError::system("write", path))
            }
        });
        done.map_err(LearnerError::system("act as the owner of", path))?
    }
}

fn look(path: &Path) -> Result<Way, LearnerError> {
    let folder = || LearnerError::IsFolder { path: path.to_owned() };
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else { return Err(folder()) };
    if path.as_os_str().as_bytes().ends_with(b"/") {
        return Err(folder());
    }
    // O_PATH: to look and to write there is enough, the folder need not be readable.
    let dir = match open(parent, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()) {
        Ok(dir) => dir,
        Err(Errno::NOENT | Errno::NOTDIR) => return Err(LearnerError::NoFolder { path: parent.to_owned() }),
        Err(error) => return Err(LearnerError::system("open", parent)(error)),
    };
    let kind = |flags| statat(&dir, name, flags).map(|found| FileType::from_raw_mode(found.st_mode));
    let mut found = kind(AtFlags::SYMLINK_NOFOLLOW);
    if found == Ok(FileType::Symlink) {
        let target = readlinkat(&dir, name, Vec::new()).map_err(LearnerError::system("read", path))?;
        if target.as_bytes().starts_with(b"/proc/") {
            return Ok(Way::Stream);
        }
        found = match kind(AtFlags::empty()) {
            Ok(FileType::RegularFile | FileType::Socket | FileType::BlockDevice) | Err(_) => Err(Errno::NOENT),
            stream_or_folder => stream_or_folder,
        };
    }
    match found {
        Ok(FileType::Fifo | FileType::CharacterDevice) => return Ok(Way::Stream),
        Ok(FileType::Directory) => return Err(folder()),
        Ok(FileType::RegularFile) | Err(Errno::NOENT) => {}
        Ok(_) => return Err(LearnerError::NotAFile { path: path.to_owned() }),
        Err(error) => return Err(LearnerError::system("look at", path)(error)),
    }
    accessat(&dir, ".", Access::WRITE_OK | Access::EXEC_OK, AtFlags::empty())
        .map_err(LearnerError::system("make a file in", parent))?;
    Ok(Way::Replace(dir))
}
