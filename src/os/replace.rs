//! Replaces a file as a whole: at every moment, also after a crash or a power failure, it is the old one or the new one.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsFd, BorrowedFd};

use rustix::fs::{
    AtFlags, FileType, Gid, Mode, OFlags, RawMode, Uid, fchmod, fchown, fsync, openat, renameat, statat, unlinkat,
};
use rustix::io::Errno;

/// The name of the new file while it is written. A crash may leave it behind.
#[derive(Debug, Clone, Copy)]
pub(crate) enum TemporaryName<'a> {
    /// This name. The caller holds a lock, so an existing file of that name is a leftover and is removed.
    Fixed(&'a str),
    /// A hidden name that no other file has.
    Unique,
}

/// The permissions of the new file.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Permissions {
    /// Exactly this mode.
    Mode(RawMode),
    /// The mode of the file that is replaced, and its owner and group where this process may set them. A file that did
    /// not exist gets 0666 without the umask.
    OfReplaced,
}

/// Replaces the file `name` in the directory `dir`. If this fails, the old file is unchanged.
///
/// A symbolic link of that name is replaced, not followed.
pub(crate) fn replace(
    dir: impl AsFd,
    name: &OsStr,
    bytes: &[u8],
    temporary: TemporaryName,
    permissions: Permissions,
) -> io::Result<()> {
    let dir = dir.as_fd();
    let (new_name, file) = create(dir, temporary, permissions)?;
    let written = write(dir, name, file, bytes, permissions).and_then(|()| Ok(renameat(dir, &new_name, dir, name)?));
    if let Err(error) = written {
        let _ = unlinkat(dir, &new_name, AtFlags::empty());
        return Err(error);
    }
    // A directory that may only be written cannot be synced; its entry reaches the disk a little later.
    if let Ok(readable) = openat(dir, ".", OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()) {
        fsync(readable)?;
    }
    Ok(())
}

fn create(dir: BorrowedFd, temporary: TemporaryName, permissions: Permissions) -> io::Result<(String, File)> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mode = Mode::from_raw_mode(match permissions {
        Permissions::Mode(mode) => mode,
        Permissions::OfReplaced => 0o666,
    });
    if let TemporaryName::Fixed(name) = temporary {
        match unlinkat(dir, name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(error) => return Err(error.into()),
        }
        return Ok((name.to_owned(), openat(dir, name, flags, mode)?.into()));
    }
    let mut number = 0_u32;
    loop {
        let name = format!(".unitlab-{}-{number}.new", std::process::id());
        match openat(dir, &name, flags, mode) {
            Ok(file) => return Ok((name, file.into())),
            Err(Errno::EXIST) if number < 1000 => number += 1,
            Err(error) => return Err(error.into()),
        }
    }
}

fn write(dir: BorrowedFd, name: &OsStr, mut file: File, bytes: &[u8], permissions: Permissions) -> io::Result<()> {
    match permissions {
        // The umask may have taken some of it away.
        Permissions::Mode(mode) => fchmod(&file, Mode::from_raw_mode(mode))?,
        Permissions::OfReplaced => {
            if let Ok(old) = statat(dir, name, AtFlags::SYMLINK_NOFOLLOW)
                && FileType::from_raw_mode(old.st_mode) == FileType::RegularFile
            {
                // Only root may give a file away; for everybody else the new file is their own.
                let _ = fchown(&file, Some(Uid::from_raw(old.st_uid)), Some(Gid::from_raw(old.st_gid)));
                fchmod(&file, Mode::from_raw_mode(old.st_mode & 0o777))?;
            }
        }
    }
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::fs::{self, File};
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

    use super::{Permissions, TemporaryName, replace};

    #[test]
    fn a_file_is_replaced_with_the_permissions_that_were_asked_for() {
        let tmp = tempfile::tempdir().unwrap();
        let dir = File::open(tmp.path()).unwrap();
        let path = tmp.path().join("file");
        let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        let name = OsStr::new("file");
        fs::write(tmp.path().join("file.new"), "left by a crash").unwrap();
        replace(&dir, name, b"one", TemporaryName::Fixed("file.new"), Permissions::Mode(0o640)).unwrap();
        assert_eq!((fs::read_to_string(&path).unwrap().as_str(), mode()), ("one", 0o640));
        let inode = fs::metadata(&path).unwrap().ino();
        replace(&dir, name, b"two", TemporaryName::Unique, Permissions::OfReplaced).unwrap();
        assert_eq!((fs::read_to_string(&path).unwrap().as_str(), mode()), ("two", 0o640));
        assert_ne!(fs::metadata(&path).unwrap().ino(), inode);
        assert_eq!(fs::read_dir(tmp.path()).unwrap().count(), 1, "no temporary file is left");
    }

    #[test]
    fn the_owner_stays_where_root_replaces_the_file() {
        if !rustix::process::geteuid().is_root() {
            return;
        }
        let tmp = tempfile::tempdir().unwrap();
        let path = tmp.path().join("file");
        fs::write(&path, "one").unwrap();
        std::os::unix::fs::chown(&path, Some(4711), Some(4712)).unwrap();
        let dir = File::open(tmp.path()).unwrap();
        replace(dir, OsStr::new("file"), b"two", TemporaryName::Unique, Permissions::OfReplaced).unwrap();
        let found = fs::metadata(&path).unwrap();
        assert_eq!((found.uid(), found.gid()), (4711, 4712));
    }

    #[test]
    fn a_link_is_replaced_and_not_followed() {
        let tmp = tempfile::tempdir().unwrap();
        let (link, target) = (tmp.path().join("link"), tmp.path().join("target"));
        fs::write(&target, "other").unwrap();
        symlink(&target, &link).unwrap();
        let dir = File::open(tmp.path()).unwrap();
        replace(dir, OsStr::new("link"), b"new", TemporaryName::Unique, Permissions::OfReplaced).unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "other");
        assert!(fs::symlink_metadata(&link).unwrap().is_file());
    }
}
