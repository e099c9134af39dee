//! The file `progress.toml`: read without a lock, changed under a lock, replaced atomically.

use std::fs::{DirBuilder, File};
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;

use rustix::fs::{
    AtFlags, FlockOperation, Mode, OFlags, flock, fstat, fsync, linkat, open, openat, renameat, statat, unlinkat,
};
use rustix::io::{Errno, retry_on_intr};

use super::error::LearnerError;
use super::progress::{ParseError, Progress};
use super::state_dir::StateDir;
use crate::os::replace::{Permissions, TemporaryName, replace};

const FILE: &str = "progress.toml";
/// The temporary file. It is written under the lock; a crash may leave it behind.
const NEW_FILE: &str = "progress.toml.new";
const LOCK: &str = "progress.lock";
/// In bytes; ten times the size of progress in a thousand labs.
const LIMIT: u64 = 4 << 20;

#[derive(Debug, Clone)]
pub struct Store {
    dir: StateDir,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoadedProgress {
    pub progress: Progress,
    /// Set if a damaged file was found and kept under another name.
    pub damaged_copy: Option<DamagedCopy>,
}

/// The copy of a damaged file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedCopy {
    pub path: PathBuf,
    /// The reason why it could not be read.
    pub why: String,
}

enum FileState {
    Missing,
    Valid(Progress),
    /// The reason, and the recovered parts.
    Damaged(String, Box<Progress>),
}

impl Store {
    /// The directory is made by the first change.
    #[must_use]
    pub fn at(dir: StateDir) -> Self {
        Self { dir }
    }

    /// The path of the file.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.dir.path.join(FILE)
    }

    /// Returns the progress. Creates and changes nothing, except that a damaged file is recovered.
    pub fn read(&self) -> Result<LoadedProgress, LearnerError> {
        self.as_owner(|| {
            let Some(dir) = self.open_dir()? else { return Ok(LoadedProgress::default()) };
            match self.load(&dir)? {
                FileState::Missing => Ok(LoadedProgress::default()),
                FileState::Valid(progress) => Ok(LoadedProgress { progress, damaged_copy: None }),
                // Load again under the lock: another process may have recovered it already.
                FileState::Damaged(..) => self.locked(&dir, || self.load_or_recover(&dir)),
            }
        })
    }

    /// Changes the progress. Concurrent changes by other processes wait for each other; none is lost.
    pub fn update(&self, change: impl FnOnce(&mut Progress) + Send) -> Result<LoadedProgress, LearnerError> {
        self.as_owner(|| {
            let path = &self.dir.path;
            let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
            made.map_err(LearnerError::system("make", path))?;
            let dir = self.open_dir()?.ok_or(Errno::NOENT).map_err(LearnerError::system("open", path))?;
            self.locked(&dir, || {
                let mut loaded = self.load_or_recover(&dir)?;
                let before = loaded.progress.clone();
                change(&mut loaded.progress);
                if loaded.progress != before {
                    self.replace(&dir, &loaded.progress)?;
                }
                Ok(loaded)
            })
        })
    }

    fn as_owner<T: Send>(&self, work: impl FnOnce() -> Result<T, LearnerError> + Send) -> Result<T, LearnerError> {
        let done = self.dir.owner.run(work);
        done.map_err(LearnerError::system("act as the owner of", &self.dir.path))?
    }

    /// Opens the directory if it exists. Fails if it has another owner.
    fn open_dir(&self) -> Result<Option<OwnedFd>, LearnerError> {
        let path = &self.dir.path;
        let dir = match open(path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()) {
            Ok(dir) => dir,
            Err(Errno::NOENT) => return Ok(None),
            Err(error) => return Err(LearnerError::system("open", path)(error)),
        };
        let found = fstat(&dir).map_err(LearnerError::system("look at", path))?.st_uid;
        let wanted = self.dir.owner.uid;
        if found == wanted {
            Ok(Some(dir))
        } else {
            Err(LearnerError::WrongOwner { path: path.clone(), found, wanted })
        }
    }

    fn locked<T>(&self, dir: &OwnedFd, work: impl FnOnce() -> Result<T, LearnerError>) -> Result<T, LearnerError> {
        let path = self.dir.path.join(LOCK);
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        loop {
            let lock = openat(dir, LOCK, flags, private()).map_err(LearnerError::system("open", &path))?;
            retry_on_intr(|| flock(&lock, FlockOperation::LockExclusive))
                .map_err(LearnerError::system("lock", &path))?;
            // If the lock file was deleted meanwhile, another process can lock a new one.
            if fstat(&lock).map_err(LearnerError::system("look at", &path))?.st_nlink > 0 {
                return work();
            }
        }
    }

    fn load(&self, dir: &OwnedFd) -> Result<FileState, LearnerError> {
        let path = self.path();
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match openat(dir, FILE, flags, Mode::empty()) {
            Ok(file) => File::from(file),
            Err(Errno::NOENT) => return Ok(FileState::Missing),
            Err(Errno::LOOP) => return Err(LearnerError::NotAFile { path }),
            Err(error) => return Err(LearnerError::system("open", &path)(error)),
        };
        let metadata = file.metadata().map_err(LearnerError::system("look at", &path))?;
        if !metadata.is_file() {
            return Err(LearnerError::NotAFile { path });
        }
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len().min(LIMIT)).unwrap_or_default() + 1);
        file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(LearnerError::system("read", &path))?;
        if bytes.len() as u64 > LIMIT {
            return Ok(FileState::Damaged("it is larger than 4 MiB".to_owned(), Box::default()));
        }
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let recovered = Progress::recover(&String::from_utf8_lossy(error.as_bytes()));
                return Ok(FileState::Damaged("it is not UTF-8".to_owned(), Box::new(recovered)));
            }
        };
        match Progress::parse(&text) {
            Ok(progress) => Ok(FileState::Valid(progress)),
            Err(ParseError::Damaged(why)) => Ok(FileState::Damaged(why, Box::new(Progress::recover(&text)))),
            Err(ParseError::Newer(version)) => Err(LearnerError::Newer { path, version, known: Progress::VERSION }),
        }
    }

    /// Loads under the lock. A damaged file is kept under another name and replaced by its readable parts.
    fn load_or_recover(&self, dir: &OwnedFd) -> Result<LoadedProgress, LearnerError> {
        let (why, recovered) = match self.load(dir)? {
            FileState::Missing => return Ok(LoadedProgress::default()),
            FileState::Valid(progress) => return Ok(LoadedProgress { progress, damaged_copy: None }),
            FileState::Damaged(why, recovered) => (why, *recovered),
        };
        let name = self.keep_damaged_copy(dir)?;
        if recovered == Progress::default() {
            match unlinkat(dir, FILE, AtFlags::empty()) {
                Ok(()) | Err(Errno::NOENT) => {}
                Err(error) => return Err(LearnerError::system("remove", &self.path())(error)),
            }
        } else {
            self.replace(dir, &recovered)?;
        }
        let path = self.dir.path.join(&name);
        Ok(LoadedProgress { progress: recovered, damaged_copy: Some(DamagedCopy { path, why }) })
    }

    /// Links the damaged file to a second name, and returns that name. The file stays under its first name until it is
    /// replaced, so that it exists at every moment.
    fn keep_damaged_copy(&self, dir: &OwnedFd) -> Result<String, LearnerError> {
        let path = self.path();
        let damaged = statat(dir, FILE, AtFlags::SYMLINK_NOFOLLOW).map_err(LearnerError::system("look at", &path))?;
        let mut number = 1_u32;
        let name = loop {
            let name = format!("progress.damaged-{number}.toml");
            match statat(dir, name.as_str(), AtFlags::SYMLINK_NOFOLLOW) {
                // An earlier process was interrupted after this step.
                Ok(kept) if (kept.st_dev, kept.st_ino) == (damaged.st_dev, damaged.st_ino) => return Ok(name),
                Ok(_) => number += 1,
                Err(Errno::NOENT) => break name,
                Err(error) => return Err(LearnerError::system("look at", &self.dir.path.join(name))(error)),
            }
        };
        let path = self.dir.path.join(&name);
        match linkat(dir, FILE, dir, name.as_str(), AtFlags::empty()) {
            // The file system has no hard links.
            Err(Errno::PERM | Errno::OPNOTSUPP | Errno::NOSYS) => renameat(dir, FILE, dir, name.as_str()),
            other => other,
        }
        .map_err(LearnerError::system("keep the damaged file as", &path))?;
        fsync(dir).map_err(LearnerError::system("write", &self.dir.path))?;
        Ok(name)
    }

    /// Writes the file as a whole. The caller holds the lock.
    fn replace(&self, dir: &OwnedFd, progress: &Progress) -> Result<(), LearnerError> {
        // Errors name the new file: only the last step, the rename, concerns the old one.
        let path = self.dir.path.join(NEW_FILE);
        let failed = |error: io::Error| LearnerError::system("write", &path)(error);
        let text = progress.to_text().map_err(|error| failed(io::Error::other(error)))?;
        let permissions = Permissions::Mode(private().as_raw_mode());
        replace(dir, FILE.as_ref(), text.as_bytes(), TemporaryName::Fixed(NEW_FILE), permissions).map_err(failed)
    }
}

fn private() -> Mode {
    Mode::RUSR | Mode::WUSR
}
