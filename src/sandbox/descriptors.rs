//! The one file that lifts `unsafe`: marking inherited file descriptors, open file description locks, leaving the host's
//! mount namespace, and leaving a session's keyring.
#![allow(unsafe_code, reason = "four system calls whose safety the compiler cannot see; each says why it holds")]

use std::fs;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};

use rustix::io::{Errno, FdFlags};
use rustix::thread::UnshareFlags;

use super::SandboxError;

/// Marks every descriptor above stderr close-on-exec, so that nothing a caller leaked crosses into a sandbox.
pub(super) fn keep_to_ourselves() -> Result<(), SandboxError> {
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

/// Takes an empty session keyring (keyrings(7)) in the place of the caller's, which no namespace would hide.
pub(super) fn leave_keys_behind() -> Result<(), SandboxError> {
    // SAFETY: the call takes a number and no name, and touches no memory of this process.
    let keyring =
        unsafe { libc::syscall(libc::SYS_keyctl, libc::KEYCTL_JOIN_SESSION_KEYRING, std::ptr::null::<libc::c_char>()) };
    match io::Error::last_os_error() {
        error if keyring < 0 => match error.raw_os_error() {
            // A kernel without keys, or a filter that forbids them, does so for whoever runs inside as well.
            Some(libc::ENOSYS | libc::EPERM) => Ok(()),
            _ => Err(SandboxError::system("cannot leave the session's keys behind")(error)),
        },
        _ => Ok(()),
    }
}

/// Moves this process into a mount namespace of its own, in which it may mount what the host shall never see.
pub(super) fn leave_host_mounts() -> Result<(), SandboxError> {
    // SAFETY: only the mount namespace (and with it the file system attributes) of this thread is unshared; no
    // file descriptor table is. The supervisor has one thread at this point.
    unsafe { rustix::thread::unshare_unsafe(UnshareFlags::NEWNS) }
        .map_err(SandboxError::system("cannot make a private mount namespace"))
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
