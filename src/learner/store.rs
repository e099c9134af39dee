//! The file `progress.toml`: read at any time, changed by one at a time, replaced as a whole or not at all.

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
use super::progress::{Progress, Refusal};
use super::state_dir::StateDir;
use crate::os::replace::{Permissions, TemporaryName, replace};

const FILE: &str = "progress.toml";
/// Written under the lock; a crash may leave it behind.
const NEW_FILE: &str = "progress.toml.new";
const LOCK: &str = "progress.lock";
/// Progress in a thousand labs is a tenth of it.
const LIMIT: u64 = 4 << 20;

/// One learner's progress on disk.
#[derive(Debug, Clone)]
pub struct Store {
    dir: StateDir,
}

/// Progress as it is on disk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoadedProgress {
    /// What is remembered.
    pub progress: Progress,
    /// Set if a damaged file was found and kept under another name.
    pub damaged_copy: Option<DamagedCopy>,
}

/// The copy of a damaged file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedCopy {
    /// Its new path.
    pub path: PathBuf,
    /// What was wrong with it.
    pub why: String,
}

enum Found {
    Nothing,
    Progress(Progress),
    /// Why, and what can be read all the same.
    Damaged(String, Box<Progress>),
}

impl Store {
    /// The store in a folder, which is made by the first change.
    #[must_use]
    pub fn at(dir: StateDir) -> Self {
        Self { dir }
    }

    /// The file itself.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.dir.path.join(FILE)
    }

    /// What is remembered now; makes and changes nothing, except that it sets a damaged file aside.
    pub fn read(&self) -> Result<LoadedProgress, LearnerError> {
        self.as_owner(|| {
            let Some(dir) = self.open_dir()? else { return Ok(LoadedProgress::default()) };
            match self.load(&dir)? {
                Found::Nothing => Ok(LoadedProgress::default()),
                Found::Progress(progress) => Ok(LoadedProgress { progress, damaged_copy: None }),
                // Look again under the lock: another process may have done it already.
                Found::Damaged(..) => self.locked(&dir, || self.load_sound(&dir)),
            }
        })
    }

    /// Changes what is remembered. Changes by other processes wait for each other, and none is lost.
    pub fn update(&self, change: impl FnOnce(&mut Progress) + Send) -> Result<LoadedProgress, LearnerError> {
        self.as_owner(|| {
            let path = &self.dir.path;
            let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
            made.map_err(LearnerError::system("make", path))?;
            let dir = self.open_dir()?.ok_or(Errno::NOENT).map_err(LearnerError::system("open", path))?;
            self.locked(&dir, || {
                let mut reading = self.load_sound(&dir)?;
                let before = reading.progress.clone();
                change(&mut reading.progress);
                if reading.progress != before {
                    self.replace(&dir, &reading.progress)?;
                }
                Ok(reading)
            })
        })
    }

    fn as_owner<T: Send>(&self, work: impl FnOnce() -> Result<T, LearnerError> + Send) -> Result<T, LearnerError> {
        let done = self.dir.owner.work(work);
        done.map_err(LearnerError::system("act as the owner of", &self.dir.path))?
    }

    /// The folder, if it is there; refuses one that is not the learner's own.
    fn open_dir(&self) -> Result<Option<OwnedFd>, LearnerError> {
        let path = &self.dir.path;
        let dir = match open(path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()) {
            Ok(dir) => dir,
            Err(Errno::NOENT) => return Ok(None),
            Err(error) => return Err(LearnerError::system("open", path)(error)),
        };
        let found = fstat(&dir).map_err(LearnerError::system("look at", path))?.st_uid;
        let wanted = self.dir.owner.uid;
        if found == wanted { Ok(Some(dir)) } else { Err(LearnerError::Foreign { path: path.clone(), found, wanted }) }
    }

    fn locked<T>(&self, dir: &OwnedFd, work: impl FnOnce() -> Result<T, LearnerError>) -> Result<T, LearnerError> {
        let path = self.dir.path.join(LOCK);
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        loop {
            let lock = openat(dir, LOCK, flags, private()).map_err(LearnerError::system("open", &path))?;
            retry_on_intr(|| flock(&lock, FlockOperation::LockExclusive))
                .map_err(LearnerError::system("lock", &path))?;
            // A lock file that was deleted meanwhile excludes no other process.
            if fstat(&lock).map_err(LearnerError::system("look at", &path))?.st_nlink > 0 {
                return work();
            }
        }
    }

    fn load(&self, dir: &OwnedFd) -> Result<Found, LearnerError> {
        let path = self.path();
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match openat(dir, FILE, flags, Mode::empty()) {
            Ok(file) => File::from(file),
            Err(Errno::NOENT) => return Ok(Found::Nothing),
            Err(Errno::LOOP) => return Err(LearnerError::NotAFile { path }),
            Err(error) => return Err(LearnerError::system("open", &path)(error)),
        };
        let metadata = file.metadata().map_err(LearnerError::system("look at", &path))?;
        if !metadata.is_file() {
            return Err(LearnerError::NotAFile { path });
        }
        let mut bytes = Vec::new();
        file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(LearnerError::system("read", &path))?;
        if bytes.len() as u64 > LIMIT {
            return Ok(Found::Damaged("it is larger than 4 MiB".to_owned(), Box::default()));
        }
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let kept = Progress::salvage(&String::from_utf8_lossy(error.as_bytes()));
                return Ok(Found::Damaged("it is not UTF-8".to_owned(), Box::new(kept)));
            }
        };
        match Progress::parse(&text) {
            Ok(progress) => Ok(Found::Progress(progress)),
            Err(Refusal::Damaged(why)) => Ok(Found::Damaged(why, Box::new(Progress::salvage(&text)))),
            Err(Refusal::Newer(version)) => Err(LearnerError::Newer { path, version, known: Progress::VERSION }),
        }
    }

    /// Loads under the lock. A damaged file is kept under another name, and its readable parts replace it.
    fn load_sound(&self, dir: &OwnedFd) -> Result<LoadedProgress, LearnerError> {
        let (why, kept) = match self.load(dir)? {
            Found::Nothing => return Ok(LoadedProgress::default()),
            Found::Progress(progress) => return Ok(LoadedProgress { progress, damaged_copy: None }),
            Found::Damaged(why, kept) => (why, *kept),
        };
        let name = self.keep_aside(dir)?;
        if kept == Progress::default() {
            match unlinkat(dir, FILE, AtFlags::empty()) {
                Ok(()) | Err(Errno::NOENT) => {}
                Err(error) => return Err(LearnerError::system("remove", &self.path())(error)),
            }
        } else {
            self.replace(dir, &kept)?;
        }
        let path = self.dir.path.join(&name);
        Ok(LoadedProgress { progress: kept, damaged_copy: Some(DamagedCopy { path, why }) })
    }

    /// Links the damaged file to a second name, and returns that name. The file stays under its first name until it is
    /// replaced, so that it exists at every moment.
    fn keep_aside(&self, dir: &OwnedFd) -> Result<String, LearnerError> {
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
            // A file system without second names: then it has to be moved.
            Err(Errno::PERM | Errno::OPNOTSUPP | Errno::NOSYS) => renameat(dir, FILE, dir, name.as_str()),
            other => other,
        }
        .map_err(LearnerError::system("keep the damaged file as", &path))?;
        fsync(dir).map_err(LearnerError::system("write", &self.dir.path))?;
        Ok(name)
    }

    /// Writes the file as a whole. The caller holds the lock.
    fn replace(&self, dir: &OwnedFd, progress: &Progress) -> Result<(), LearnerError> {
        // Every step before the last one is on the new file.
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
