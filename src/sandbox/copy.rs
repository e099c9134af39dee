//! Copying a root that a stranger is writing to at the same time.
//!
//! Every name is opened relative to its folder's descriptor and never through a link, so that nothing the payload
//! does meanwhile can lead the copy out of its own tree.

use std::ffi::CStr;
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, SeekFrom, Stat};
use rustix::io::Errno;
use rustix::process::{Gid, Uid};

use super::SandboxError;

/// Deeper trees than any lab needs; each level holds two descriptors.
const DEPTH: usize = 64;

/// What a fresh boot would not find, or would not miss.
const LEFT_EMPTY: [&str; 6] = ["/tmp", "/run", "/dev", "/proc", "/var/tmp", "/var/log/journal"];

/// Copies a root; every owner is moved from the one range of uids to the other.
pub(super) fn copy_root(from: &Path, from_base: u32, to: &Path, to_base: u32) -> Result<(), SandboxError> {
    let copy = Copy { from_base, to_base };
    let fail = |errno: Errno| {
        let why = if errno == Errno::NOSPC {
            "it holds more than a copy may (256 MiB)".to_owned()
        } else {
            errno.to_string()
        };
        SandboxError::System {
            action: format!("cannot copy the root {}", from.display()),
            source: std::io::Error::new(std::io::Error::from(errno).kind(), why),
        }
    };
    let open = |path: &Path| {
        rustix::fs::openat(CWD, path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
    };
    let (from, to) = (open(from).map_err(fail)?, open(to).map_err(fail)?);
    copy.attributes(&rustix::fs::fstat(&from).map_err(fail)?, &to).map_err(fail)?;
    copy.folder(&from, &to, "", DEPTH).map_err(fail)
}

struct Copy {
    from_base: u32,
    to_base: u32,
}

impl Copy {
    fn folder(&self, from: &OwnedFd, to: &OwnedFd, path: &str, depth: usize) -> Result<(), Errno> {
        if depth == 0 {
            return Err(Errno::NAMETOOLONG);
        }
        for entry in Dir::read_from(from)? {
            let entry = entry?;
            let name = entry.file_name();
            if name == c"." || name == c".." {
                continue;
            }
            match self.entry(from, to, name, path, depth) {
                // It was there when the folder was read, and was removed or swapped since; or was renamed meanwhile, and
                // is read twice.
                Err(Errno::NOENT | Errno::LOOP | Errno::NOTDIR | Errno::EXIST) => {}
                other => other?,
            }
        }
        Ok(())
    }

    fn entry(&self, from: &OwnedFd, to: &OwnedFd, name: &CStr, path: &str, depth: usize) -> Result<(), Errno> {
        let stat = rustix::fs::statat(from, name, AtFlags::SYMLINK_NOFOLLOW)?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::Directory => {
                let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
                let source = rustix::fs::openat(from, name, flags, Mode::empty())?;
                rustix::fs::mkdirat(to, name, Mode::RWXU)?;
                let target = rustix::fs::openat(to, name, flags, Mode::empty())?;
                self.attributes(&stat, &target)?;
                let path = format!("{path}/{}", name.to_string_lossy());
                if LEFT_EMPTY.contains(&path.as_str()) {
                    Ok(())
                } else {
                    self.folder(&source, &target, &path, depth - 1)
                }
            }
            FileType::RegularFile => self.file(from, to, name),
            FileType::Symlink => {
                let target = match rustix::fs::readlinkat(from, name, Vec::new()) {
                    // It is no link any more.
                    Err(Errno::INVAL) => return Ok(()),
                    other => other?,
                };
                rustix::fs::symlinkat(target, to, name)?;
                let (uid, gid) = self.owner(&stat);
                rustix::fs::chownat(to, name, Some(uid), Some(gid), AtFlags::SYMLINK_NOFOLLOW)
            }
            FileType::Fifo => {
                rustix::fs::mknodat(to, name, FileType::Fifo, Mode::from_raw_mode(stat.st_mode), 0)?;
                let (uid, gid) = self.owner(&stat);
                rustix::fs::chownat(to, name, Some(uid), Some(gid), AtFlags::SYMLINK_NOFOLLOW)
            }
            // Sockets are dead without their process; devices cannot be made in a user namespace.
            _ => Ok(()),
        }
    }

    fn file(&self, from: &OwnedFd, to: &OwnedFd, name: &CStr) -> Result<(), Errno> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let source = match rustix::fs::openat(from, name, flags, Mode::empty()) {
            // It is a socket by now.
            Err(Errno::NXIO) => return Ok(()),
            other => other?,
        };
        let stat = rustix::fs::fstat(&source)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Ok(());
        }
        let make = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let target = rustix::fs::openat(to, name, make, Mode::RUSR | Mode::WUSR)?;
        self.attributes(&stat, &target)?;
        contents(File::from(source), File::from(target), u64::try_from(stat.st_size).unwrap_or(0))
    }

    /// Owner first: the kernel takes set-uid bits away when the owner changes.
    fn attributes(&self, stat: &Stat, target: impl AsFd) -> Result<(), Errno> {
        let (uid, gid) = self.owner(stat);
        rustix::fs::fchown(&target, Some(uid), Some(gid))?;
        rustix::fs::fchmod(&target, Mode::from_raw_mode(stat.st_mode))
    }

    fn owner(&self, stat: &Stat) -> (Uid, Gid) {
        let shift = |id: u32| self.to_base + id.checked_sub(self.from_base).filter(|id| *id < 65536).unwrap_or(0);
        (Uid::from_raw(shift(stat.st_uid)), Gid::from_raw(shift(stat.st_gid)))
    }
}

/// Copies the data of a file as large as it was when it was opened, and its holes as holes.
fn contents(mut source: File, mut target: File, size: u64) -> Result<(), Errno> {
    let errno = |error: std::io::Error| Errno::from_io_error(&error).unwrap_or(Errno::IO);
    let mut at = 0;
    while at < size {
        let start = match rustix::fs::seek(&source, SeekFrom::Data(at)) {
            Ok(start) if start < size => start,
            Ok(_) | Err(Errno::NXIO) => break,
            Err(errno) => return Err(errno),
        };
        let end = rustix::fs::seek(&source, SeekFrom::Hole(start))?.min(size);
        source.seek(std::io::SeekFrom::Start(start)).map_err(errno)?;
        target.seek(std::io::SeekFrom::Start(start)).map_err(errno)?;
        let copied = std::io::copy(&mut (&mut source).take(end - start), &mut target).map_err(errno)?;
        if copied == 0 {
            break;
        }
        at = start + copied;
    }
    target.flush().map_err(errno)?;
    rustix::fs::ftruncate(&target, size)
}
