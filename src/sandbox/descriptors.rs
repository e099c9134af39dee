//! The one file that lifts `unsafe`: marking inherited file descriptors, and leaving the host's mount table.
#![allow(unsafe_code, reason = "two system calls whose safety the compiler cannot see; each says why it holds")]

use std::fs;
use std::os::fd::{BorrowedFd, RawFd};

use rustix::io::FdFlags;
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

/// Moves this process into a mount namespace of its own, in which it may mount what the host shall never see.
pub(super) fn leave_host_mounts() -> Result<(), SandboxError> {
    // SAFETY: only the mount namespace (and with it the file system attributes) of this thread is unshared; no
    // file descriptor table is. The supervisor has one thread at this point.
    unsafe { rustix::thread::unshare_unsafe(UnshareFlags::NEWNS) }
        .map_err(SandboxError::system("cannot make a private mount namespace"))
}
