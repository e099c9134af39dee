//! Ctrl-C as an event that can be waited for, so that what was begun inside is ended too.

use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;

use rustix::event::{PollFd, PollFlags, poll};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use super::SandboxError;

/// From now on these signals make the stream readable instead of ending the process.
pub fn interruptions() -> Result<UnixStream, SandboxError> {
    let fail = || SandboxError::system("cannot watch for signals");
    let (stream, sink) = UnixStream::pair().map_err(fail())?;
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        let sink = sink.try_clone().map_err(fail())?;
        signal_hook::low_level::pipe::register(signal, sink).map_err(fail())?;
    }
    Ok(stream)
}

/// Waits until there is an interruption, or the other stream ends; true for the interruption.
#[must_use]
pub fn wait_for_either(interruption: &UnixStream, end: &UnixStream) -> bool {
    loop {
        let mut fds = [interruption, end].map(|stream| PollFd::from_borrowed_fd(stream.as_fd(), PollFlags::IN));
        match poll(&mut fds, None) {
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return false,
            Ok(_) => return !fds[0].revents().is_empty(),
        }
    }
}
