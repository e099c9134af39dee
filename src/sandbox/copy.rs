//! Copies a root while untrusted processes write to it.
//!
//! Each name is opened relative to its directory's descriptor, and symbolic links are never followed. So the payload
//! cannot lead the copy out of the tree, even if it swaps files meanwhile.

use std::ffi::CStr;
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, SeekFrom, Stat};
use rustix::io::Errno;
use rustix::process::{Gid, Uid};

use super::SandboxError;

/// The deepest tree that is copied: each level holds two descriptors open. No lab needs as much.
const MAX_DEPTH: usize = 64;

/// Directories whose content is not copied: a boot starts with them empty, or does not need their content.
const CREATED_EMPTY: [&str; 6] = ["/tmp", "/run", "/dev", "/proc", "/var/tmp", "/var/log/journal"];

/// Copies a root. Uids and gids are shifted from the range at `from_base` to the range at `to_base`.
pub(super) fn copy_root(from: &Path, from_base: u32, to: &Path, to_base: u32) -> Result<(), SandboxError> {
    let copy = Copy { from_base, to_base };
    let fail = |errno: Errno| {
        let why = if errno == Errno::NOSPC {
            "it holds more than the 256 MiB that a copy can have".to_owned()
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
    copy.set_attributes(&rustix::fs::fstat(&from).map_err(fail)?, &to).map_err(fail)?;
    copy.directory(&from, &to, "", MAX_DEPTH).map_err(fail)
}

struct Copy {
    from_base: u32,
    to_base: u32,
}

impl Copy {
    fn directory(&self, from: &OwnedFd, to: &OwnedFd, path: &str, depth: usize) -> Result<(), Errno> {
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
                // The entry was removed or replaced after it was listed, or was renamed and listed twice.
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
                self.set_attributes(&stat, &target)?;
                let path = format!("{path}/{}", name.to_string_lossy());
                if CREATED_EMPTY.contains(&path.as_str()) {
                    Ok(())
                } else {
                    self.directory(&source, &target, &path, depth - 1)
                }
            }
            FileType::RegularFile => self.file(from, to, name),
            FileType::Symlink => {
                let target = match rustix::fs::readlinkat(from, name, Vec::new()) {
                    // It is no longer a link.
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
            // A socket is useless without its process, and root inside cannot create devices.
            _ => Ok(()),
        }
    }

    fn file(&self, from: &OwnedFd, to: &OwnedFd, name: &CStr) -> Result<(), Errno> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let source = match rustix::fs::openat(from, name, flags, Mode::empty()) {
            // It has been replaced by a socket.
            Err(Errno::NXIO) => return Ok(()),
            other => other?,
        };
        let stat = rustix::fs::fstat(&source)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Ok(());
        }
        let make = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let target = rustix::fs::openat(to, name, make, Mode::RUSR | Mode::WUSR)?;
        self.set_attributes(&stat, &target)?;
        copy_contents(File::from(source), File::from(target), u64::try_from(stat.st_size).unwrap_or(0))
    }

    /// Sets the owner first: the kernel clears set-uid bits when the owner changes.
    fn set_attributes(&self, stat: &Stat, target: impl AsFd) -> Result<(), Errno> {
        let (uid, gid) = self.owner(stat);
        rustix::fs::fchown(&target, Some(uid), Some(gid))?;
        rustix::fs::fchmod(&target, Mode::from_raw_mode(stat.st_mode))
    }

    fn owner(&self, stat: &Stat) -> (Uid, Gid) {
        let shift = |id: u32| self.to_base + id.checked_sub(self.from_base).filter(|id| *id < 65536).unwrap_or(0);
        (Uid::from_raw(shift(stat.st_uid)), Gid::from_raw(shift(stat.st_gid)))
    }
}

/// Copies the first `size` bytes of a file, and its holes as holes.
fn copy_contents(mut source: File, mut target: File, size: u64) -> Result<(), Errno> {
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
