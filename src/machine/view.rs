//! The files and the proc directory of a machine, read through directory file descriptors.
//!
//! Every file and every entry of proc(5) that this room looks at is reached from here, by the path that it has on that
//! machine. Programs such as systemctl run on the live machine only.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::{self, Read as _};
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{
    CWD, Dir, Mode, OFlags, ResolveFlags, fgetxattr, getxattr, getxattr_query, openat, openat2, readlinkat,
};
use rustix::io::Errno;

/// The kernel follows at most this many symbolic links.
const MAX_LINKS: usize = 40;
/// openat2(2) fails with `EAGAIN` if a rename races with the resolution of `..`.
const TRIES: usize = 16;
/// Longer files of proc are cut.
const PROC_LIMIT: u64 = 64 << 10;
/// Most files of proc are shorter.
const PROC_USUAL: usize = 4 << 10;

/// A machine's files and processes.
#[derive(Debug)]
pub struct View {
    root: Result<OwnedFd, Errno>,
    proc: Result<OwnedFd, Errno>,
    live: bool,
}

impl View {
    /// The machine that this process runs on.
    #[must_use]
    pub fn live() -> Self {
        let open = |path: &str| openat(CWD, path, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty());
        Self { root: open("/"), proc: open("/proc"), live: true }
    }

    /// A tree and a proc directory that may be untrusted. No symbolic link and no `..` leads out of the tree.
    #[must_use]
    pub fn at(root: OwnedFd, proc: OwnedFd) -> Self {
        Self { root: Ok(root), proc: Ok(proc), live: false }
    }

    /// Whether this is the machine that programs run on.
    pub(crate) fn is_live(&self) -> bool {
        self.live
    }

    /// Opens a file for reading. Opening a FIFO does not block; a device is opened, so look at its type first.
    pub(crate) fn open(&self, path: &Path) -> io::Result<File> {
        Ok(self.open_in_root(path, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY)?.into())
    }

    /// stat(2)
    pub(crate) fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        if self.live {
            return fs::metadata(in_root(path));
        }
        File::from(self.open_in_root(path, OFlags::PATH)?).metadata()
    }

    /// lstat(2)
    pub(crate) fn symlink_metadata(&self, path: &Path) -> io::Result<Metadata> {
        if self.live {
            return fs::symlink_metadata(in_root(path));
        }
        File::from(self.open_in_root(path, OFlags::PATH | OFlags::NOFOLLOW)?).metadata()
    }

    pub(crate) fn exists(&self, path: &Path) -> bool {
        self.metadata(path).is_ok()
    }

    /// The target of a symbolic link, as it is written.
    pub(crate) fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        if self.live {
            return fs::read_link(in_root(path));
        }
        let link = self.open_in_root(path, OFlags::PATH | OFlags::NOFOLLOW)?;
        // By readlinkat(2), an empty path means the link itself.
        Ok(path_from_bytes(readlinkat(link, "", Vec::new())?.into_bytes()))
    }

    /// The path without symbolic links, `.` and `..`, as realpath(3) gives it.
    pub(crate) fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        if self.live {
            return fs::canonicalize(in_root(path));
        }
        let mut real = PathBuf::from("/");
        let mut rest: VecDeque<OsString> = names(path);
        let mut links = 0;
        while let Some(name) = rest.pop_front() {
            if name == ".." {
                real.pop();
                continue;
            }
            let next = real.join(&name);
            if !self.symlink_metadata(&next)?.is_symlink() {
                real = next;
                continue;
            }
            links += 1;
            if links > MAX_LINKS {
                return Err(Errno::LOOP.into());
            }
            let target = self.read_link(&next)?;
            if target.is_absolute() {
                real = PathBuf::from("/");
            }
            for name in names(&target).into_iter().rev() {
                rest.push_front(name);
            }
        }
        Ok(real)
    }

    /// At most `max` names in a directory, in no order.
    pub(crate) fn list(&self, path: &Path, max: usize) -> io::Result<Vec<OsString>> {
        list(self.open_in_root(path, OFlags::RDONLY | OFlags::DIRECTORY)?, max)
    }

    /// The value of an extended attribute (xattr(7)); `None` where there is none, or a longer one.
    pub(crate) fn xattr(&self, path: &Path, name: &str, limit: usize) -> Option<Vec<u8>> {
        if self.live {
            // Most files have none, and then no buffer is needed.
            let mut bytes = vec![0_u8; Some(getxattr_query(path, name).ok()?).filter(|length| *length <= limit)?];
            let length = getxattr(path, name, &mut bytes[..]).ok()?;
            bytes.truncate(length);
            return Some(bytes);
        }
        // Devices and FIFOs are not opened for it.
        let what = self.metadata(path).ok()?.file_type();
        (what.is_file() || what.is_dir()).then_some(())?;
        let mut bytes = vec![0_u8; limit];
        let length = fgetxattr(self.open(path).ok()?, name, &mut bytes[..]).ok()?;
        bytes.truncate(length);
        Some(bytes)
    }

    /// The beginning of a file of proc(5), for example `1/status`.
    pub(crate) fn proc_bytes(&self, path: &str) -> io::Result<Vec<u8>> {
        // Without room, the standard library begins with 32 bytes, and reads a file of proc in seven steps.
        let mut bytes = Vec::with_capacity(PROC_USUAL);
        File::from(self.open_in_proc(path, OFlags::RDONLY)?).take(PROC_LIMIT).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// The same as text.
    pub(crate) fn proc_text(&self, path: &str) -> io::Result<String> {
        Ok(String::from_utf8_lossy(&self.proc_bytes(path)?).into_owned())
    }

    /// Opens a file of proc(5) that may be longer.
    pub(crate) fn proc_open(&self, path: &str) -> io::Result<File> {
        Ok(self.open_in_proc(path, OFlags::RDONLY)?.into())
    }

    /// The target of a link in proc(5), for example `1/cwd`.
    pub(crate) fn proc_link(&self, path: &str) -> io::Result<PathBuf> {
        let target = if self.live {
            readlinkat(fd(&self.proc)?, path, Vec::new())?
        } else {
            readlinkat(self.open_in_proc(path, OFlags::PATH | OFlags::NOFOLLOW)?, "", Vec::new())?
        };
        Ok(path_from_bytes(target.into_bytes()))
    }

    /// At most `max` names in a directory of proc(5); `.` is the proc directory itself.
    pub(crate) fn proc_list(&self, path: &str, max: usize) -> io::Result<Vec<OsString>> {
        list(self.open_in_proc(path, OFlags::RDONLY | OFlags::DIRECTORY)?, max)
    }

    pub(crate) fn has_process(&self, pid: &str) -> bool {
        self.open_in_proc(pid, OFlags::PATH).is_ok()
    }

    fn open_in_root(&self, path: &Path, flags: OFlags) -> io::Result<OwnedFd> {
        let relative = path.strip_prefix("/").unwrap_or(path);
        let relative = if relative.as_os_str().is_empty() { Path::new(".") } else { relative };
        self.open_from(fd(&self.root)?, relative, flags)
    }

    fn open_in_proc(&self, path: &str, flags: OFlags) -> io::Result<OwnedFd> {
        self.open_from(fd(&self.proc)?, Path::new(path), flags)
    }

    fn open_from(&self, directory: BorrowedFd<'_>, path: &Path, flags: OFlags) -> io::Result<OwnedFd> {
        let flags = flags | OFlags::CLOEXEC;
        if self.live {
            return Ok(openat(directory, path, flags, Mode::empty())?);
        }
        let confined = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
        let mut opened = Err(Errno::AGAIN);
        for _ in 0..TRIES {
            opened = openat2(directory, path, flags, Mode::empty(), confined);
            if !matches!(opened, Err(Errno::AGAIN)) {
                break;
            }
        }
        Ok(opened?)
    }
}

/// The path from `/`, whatever the working directory is. The live machine is asked by path, which takes one system call.
fn in_root(path: &Path) -> PathBuf {
    Path::new("/").join(path)
}

fn fd(directory: &Result<OwnedFd, Errno>) -> io::Result<BorrowedFd<'_>> {
    directory.as_ref().map(|fd| fd.as_fd()).map_err(|error| io::Error::from(*error))
}

fn list(directory: OwnedFd, max: usize) -> io::Result<Vec<OsString>> {
    let names = Dir::new(directory)?.filter_map(Result::ok).map(|entry| entry.file_name().to_bytes().to_vec());
    let names = names.filter(|name| name != b"." && name != b"..");
    Ok(names.take(max).map(OsString::from_vec).collect())
}

/// The names that a path leads through, and each `..`.
fn names(path: &Path) -> VecDeque<OsString> {
    let names = path.components().filter(|part| matches!(part, Component::Normal(_) | Component::ParentDir));
    names.map(|part| part.as_os_str().to_owned()).collect()
}

fn path_from_bytes(bytes: Vec<u8>) -> PathBuf {
    OsString::from_vec(bytes).into()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Read as _;
    use std::os::fd::OwnedFd;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    use rustix::fs::{CWD, FileType, Mode, mknodat};

    use super::View;

    /// A tree with links that try to leave it, and a proc directory beside it.
    fn untrusted_view() -> (tempfile::TempDir, View) {
        let dir = tempfile::tempdir().unwrap();
        let at = |path: &str| dir.path().join(path);
        for directory in ["root/etc/real", "root/usr", "proc/7"] {
            fs::create_dir_all(at(directory)).unwrap();
        }
        fs::write(at("outside"), "outside").unwrap();
        fs::write(at("root/etc/passwd"), "inside").unwrap();
        fs::write(at("root/etc/real/file"), "file").unwrap();
        fs::write(at("proc/7/comm"), "untrusted\n").unwrap();
        for (link, target) in [
            ("root/usr/absolute", "/etc/passwd"),
            ("root/usr/climbing", "../../../../outside"),
            ("root/usr/back", "../../../../etc/passwd"),
            ("root/usr/host", "/proc/self/root/etc/passwd"),
            ("root/usr/linked", "../etc/./link/../link/file"),
            ("root/etc/link", "real"),
            ("root/etc/loop", "loop"),
            ("proc/7/cwd", "/srv"),
            ("proc/7/root", "/"),
        ] {
            symlink(target, at(link)).unwrap();
        }
        let open = |path: &str| OwnedFd::from(fs::File::open(at(path)).unwrap());
        let view = View::at(open("root"), open("proc"));
        (dir, view)
    }

    fn text(view: &View, path: &str) -> Option<String> {
        let mut text = String::new();
        view.open(Path::new(path)).ok()?.read_to_string(&mut text).ok()?;
        Some(text)
    }

    #[test]
    fn no_link_leads_out_of_an_untrusted_tree() {
        let (_dir, view) = untrusted_view();
        for (path, found) in [
            ("/etc/passwd", Some("inside")),
            ("etc/passwd", Some("inside")),
            ("/usr/absolute", Some("inside")),
            ("/usr/back", Some("inside")),
            ("/../../etc/passwd", Some("inside")),
            ("/usr/linked", Some("file")),
            ("/usr/climbing", None),
            ("/usr/host", None),
            ("/../outside", None),
            ("/etc/loop", None),
        ] {
            assert_eq!(text(&view, path).as_deref(), found, "{path}");
        }
    }

    #[test]
    fn links_are_resolved_inside_the_tree() {
        let (_dir, view) = untrusted_view();
        let real = |path: &str| view.canonicalize(Path::new(path)).ok().map(|path| path.display().to_string());
        for (path, found) in [
            ("/", Some("/")),
            ("/usr/absolute", Some("/etc/passwd")),
            ("/usr/back", Some("/etc/passwd")),
            ("/usr/linked", Some("/etc/real/file")),
            ("/etc/../../etc/link", Some("/etc/real")),
            ("/usr/climbing", None),
            ("/etc/loop", None),
            ("/etc/passwd/below", None),
        ] {
            assert_eq!(real(path).as_deref(), found, "{path}");
        }
        let link = Path::new("/usr/climbing");
        assert_eq!(view.read_link(link).unwrap(), Path::new("../../../../outside"));
        assert!(view.symlink_metadata(link).unwrap().is_symlink() && view.metadata(link).is_err());
    }

    #[test]
    fn a_fifo_does_not_block_and_directories_are_bounded() {
        let (dir, view) = untrusted_view();
        mknodat(CWD, dir.path().join("root/fifo"), FileType::Fifo, Mode::RUSR, 0).unwrap();
        assert_eq!(text(&view, "/fifo").as_deref(), Some(""));
        let names = view.list(Path::new("/"), 9).unwrap();
        assert_eq!(names.len(), 3, "{names:?}");
        assert_eq!(view.list(Path::new("/"), 2).unwrap().len(), 2);
        assert!(view.list(Path::new("/etc/passwd"), 9).is_err());
    }

    #[test]
    fn processes_are_those_of_the_proc_directory() {
        let (dir, view) = untrusted_view();
        assert_eq!(view.proc_list(".", 9).unwrap(), ["7"]);
        assert_eq!(view.proc_text("7/comm").unwrap(), "untrusted\n");
        assert_eq!(view.proc_link("7/cwd").unwrap(), Path::new("/srv"));
        assert!(view.proc_text("7/root/etc/passwd").is_err());
        assert!(view.has_process("7") && !view.has_process("8"));
        fs::File::create(dir.path().join("proc/7/maps")).unwrap().set_len(1 << 30).unwrap();
        assert_eq!(view.proc_bytes("7/maps").unwrap().len(), 64 << 10);
    }

    #[test]
    fn the_live_view_is_what_this_process_sees() {
        let view = View::live();
        let own = std::process::id().to_string();
        assert!(view.has_process(&own));
        assert_eq!(view.proc_link("self").unwrap(), Path::new(&own));
        for path in ["/", "/etc/passwd", "/bin/sh", "/proc/self/exe", "/usr/../bin"] {
            assert_eq!(view.canonicalize(Path::new(path)).unwrap(), fs::canonicalize(path).unwrap(), "{path}");
        }
    }
}
