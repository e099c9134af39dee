//! The file `declined-software`: what the learner did not want to install, so that unitlab does not ask again.

use std::collections::BTreeSet;
use std::fs::{DirBuilder, File};
use std::io::Read as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;

use rustix::fs::{Mode, OFlags, open, unlink};
use rustix::io::Errno;

use super::error::LearnerError;
use super::state_dir::StateDir;
use crate::os::replace::{Permissions, TemporaryName, replace};

const FILE: &str = "declined-software";
/// In bytes.
const LIMIT: u64 = 4 << 10;

/// The file, which need not exist.
#[derive(Debug, Clone)]
pub struct DeclinedSoftware {
    dir: StateDir,
}

impl DeclinedSoftware {
    #[must_use]
    pub fn at(dir: StateDir) -> Self {
        Self { dir }
    }

    /// The names in it, one in each line; none if it cannot be read.
    #[must_use]
    pub fn read(&self) -> BTreeSet<String> {
        let path = self.path();
        let text = self.dir.owner.run(|| {
            let file =
                open(&path, OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC, Mode::empty());
            let mut text = String::new();
            file.ok().and_then(|file| File::from(file).take(LIMIT).read_to_string(&mut text).ok()).map(|_| text)
        });
        text.ok().flatten().unwrap_or_default().lines().map(str::to_owned).collect()
    }

    /// Replaces the names. Without names the file is removed.
    pub fn write(&self, names: &BTreeSet<String>) -> Result<(), LearnerError> {
        let (dir, path) = (&self.dir.path, self.path());
        let text = names.iter().flat_map(|name| [name, "\n"]).collect::<String>();
        let written = self.dir.owner.run(|| {
            if names.is_empty() {
                return match unlink(&path) {
                    Ok(()) | Err(Errno::NOENT) => Ok(()),
                    Err(error) => Err(LearnerError::system("remove", &path)(error)),
                };
            }
            DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(LearnerError::system("make", dir))?;
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            let opened = open(dir, flags, Mode::empty()).map_err(LearnerError::system("open", dir))?;
            let permissions = Permissions::Mode((Mode::RUSR | Mode::WUSR).as_raw_mode());
            replace(opened, FILE.as_ref(), text.as_bytes(), TemporaryName::Unique, permissions)
                .map_err(LearnerError::system("write", &path))
        });
        written.map_err(LearnerError::system("act as the owner of", dir))?
    }

    fn path(&self) -> PathBuf {
        self.dir.path.join(FILE)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rustix::process::{getegid, geteuid};

    use super::super::Owner;
    use super::{DeclinedSoftware, StateDir};

    #[test]
    fn declined_software_is_remembered_until_it_is_wanted() {
        let dir = tempfile::tempdir().unwrap();
        let owner = Owner { uid: geteuid().as_raw(), gid: getegid().as_raw() };
        let declined = DeclinedSoftware::at(StateDir { path: dir.path().join("a/b"), owner });
        assert_eq!(declined.read(), BTreeSet::new());
        declined.write(&BTreeSet::new()).unwrap();
        let names: BTreeSet<String> = ["curl", "an editor"].map(str::to_owned).into();
        declined.write(&names).unwrap();
        assert_eq!(declined.read(), names);
        declined.write(&BTreeSet::new()).unwrap();
        assert_eq!((declined.read(), dir.path().join("a/b/declined-software").exists()), (BTreeSet::new(), false));
    }
}
