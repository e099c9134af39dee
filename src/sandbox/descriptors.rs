//! Needs `unsafe`: inherited file descriptors, open file description locks, the mount namespace and the
//! session keyring.
#![allow(unsafe_code, reason = "system calls whose safety the compiler cannot see; each says why it holds")]

use std::fs;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::process::Command;

use rustix::io::{Errno, FdFlags};
use rustix::thread::UnshareFlags;

use super::SandboxError;

/// Marks every descriptor above stderr close-on-exec, so that no descriptor that a caller leaked crosses into a sandbox.
pub(super) fn set_cloexec_on_all() -> Result<(), SandboxError> {
    let fail = SandboxError::system("cannot list open file descriptors");
    let open: Vec<RawFd> = fs::read_dir("/proc/self/fd")
        .map_err(fail)?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|fd| *fd > 2)
        .collect();
    for fd in open {
        // SAFETY: the number was just listed for this process and is only used for this one fcntl. The descriptor
        // of the listing itself is closed by now; for it the call fails with EBADF, which is ignored.
        let fd = unsafe { BorrowedFd::borrow_raw(fd) };
        let _ = rustix::io::fcntl_setfd(fd, FdFlags::CLOEXEC);
    }
    Ok(())
}

/// Replaces the caller's session keyring by an empty one (keyrings(7)): no namespace hides it.
pub(super) fn join_empty_session_keyring() -> Result<(), SandboxError> {
    // SAFETY: the call takes a number and no name, and touches no memory of this process.
    let keyring =
        unsafe { libc::syscall(libc::SYS_keyctl, libc::KEYCTL_JOIN_SESSION_KEYRING, std::ptr::null::<libc::c_char>()) };
    match io::Error::last_os_error() {
        error if keyring < 0 => match error.raw_os_error() {
            // A kernel without keyrings, or a filter that forbids them, forbids them to processes inside as well.
            Some(libc::ENOSYS | libc::EPERM) => Ok(()),
            _ => Err(SandboxError::system("cannot leave the session keyring")(error)),
        },
        _ => Ok(()),
    }
}

/// Moves this process into a new mount namespace, so that the host does not see what it mounts.
pub(super) fn unshare_mounts() -> Result<(), SandboxError> {
    // SAFETY: only the mount namespace (and with it the file system attributes) of this thread is unshared; no
    // file descriptor table is. The supervisor has one thread at this point.
    unsafe { rustix::thread::unshare_unsafe(UnshareFlags::NEWNS) }
        .map_err(SandboxError::system("cannot make a private mount namespace"))
}

/// Lets one descriptor through to the program that this command starts, and returns its number there. The command owns
/// the descriptor: drop it to close this process's copy.
pub(super) fn hand_over(command: &mut Command, fd: OwnedFd) -> RawFd {
    let number = fd.as_raw_fd();
    // SAFETY: between fork(2) and exec the closure calls only fcntl(2), which is async-signal-safe.
    unsafe { command.pre_exec(move || Ok(rustix::io::fcntl_setfd(&fd, FdFlags::empty())?)) };
    number
}

/// Takes a descriptor that this process was started with, by its number in the arguments. Call it once per number.
pub(super) fn inherited(number: RawFd) -> Result<OwnedFd, SandboxError> {
    let fail = || SandboxError::system("cannot use the inherited file descriptor");
    if number <= 2 {
        return Err(fail()(io::Error::from(io::ErrorKind::InvalidInput)));
    }
    // SAFETY: the number comes from the parent, which opened it for this process; nothing else here owns it. A number
    // that is not open fails in the call below, before anything is read from it.
    let fd = unsafe { OwnedFd::from_raw_fd(number) };
    match rustix::io::fcntl_setfd(&fd, FdFlags::CLOEXEC) {
        Ok(()) => Ok(fd),
        Err(errno) => {
            // Not open: there is nothing to close.
            let _ = fd.into_raw_fd();
            Err(fail()(errno.into()))
        }
    }
}

/// Takes a shared open file description lock (fcntl(2)). Unlike a traditional record lock it belongs to the descriptor,
/// so that other threads of this process see it too; unlike flock(2) it can be queried.
pub(super) fn record_lock(fd: impl AsFd) -> Result<(), Errno> {
    ofd_lock(fd, libc::F_OFD_SETLK, libc::F_RDLCK).map(drop)
}

/// Releases what [`record_lock`] took.
pub(super) fn record_unlock(fd: impl AsFd) -> Result<(), Errno> {
    ofd_lock(fd, libc::F_OFD_SETLK, libc::F_UNLCK).map(drop)
}

/// Whether another descriptor holds a [`record_lock`] on this file. Takes nothing.
pub(super) fn is_record_locked(fd: impl AsFd) -> bool {
    ofd_lock(fd, libc::F_OFD_GETLK, libc::F_WRLCK).is_ok_and(|kind| kind != libc::F_UNLCK)
}

/// Returns the kind of lock that the kernel wrote back.
fn ofd_lock(fd: impl AsFd, command: libc::c_int, kind: libc::c_int) -> Result<libc::c_int, Errno> {
    // SAFETY: `flock` is plain data, for which all zeroes are valid: from the start of the file to its end.
    let mut lock: libc::flock = unsafe { std::mem::zeroed() };
    lock.l_type = libc::c_short::try_from(kind).unwrap_or_default();
    // SAFETY: the descriptor is borrowed for the call, and the kernel reads and writes one `flock`.
    let result = unsafe { libc::fcntl(fd.as_fd().as_raw_fd(), command, &raw mut lock) };
    if result < 0 {
        return Err(Errno::from_io_error(&io::Error::last_os_error()).unwrap_or(Errno::IO));
    }
    Ok(lock.l_type.into())
}
