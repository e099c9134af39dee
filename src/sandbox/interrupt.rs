//! Ctrl-C as an event that can be waited for, so that what was begun inside is ended too.

use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use rustix::event::{PollFd, PollFlags, poll};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::SandboxError;

/// Somebody waits for the signals and brings things in order after them.
static AWAITED: AtomicBool = AtomicBool::new(false);

/// As long as this lives, a signal is somebody's to deal with, and does not end the process.
#[derive(Debug)]
pub(super) struct Awaited(());

impl Awaited {
    pub(super) fn new() -> Self {
        AWAITED.store(true, Ordering::Release);
        Self(())
    }
}

impl Drop for Awaited {
    fn drop(&mut self) {
        AWAITED.store(false, Ordering::Release);
    }
}

/// From now on a signal that ends this process has this done first; what comes of it is left to nobody else.
pub fn on_termination(last: impl Fn() + Send + 'static) -> Result<(), SandboxError> {
    let mut signals = Signals::new([SIGINT, SIGTERM]).map_err(SandboxError::system("cannot watch for signals"))?;
    thread::spawn(move || {
        for signal in signals.forever() {
            if !AWAITED.load(Ordering::Acquire) {
                last();
                let _ = signal_hook::low_level::emulate_default_handler(signal);
            }
        }
    });
    Ok(())
}

/// From now on these signals make the stream readable instead of ending the process.
pub fn signal_stream() -> Result<UnixStream, SandboxError> {
    let fail = || SandboxError::system("cannot watch for signals");
    let (stream, sink) = UnixStream::pair().map_err(fail())?;
    // To the end of the process: whoever takes the stream takes the duty.
    std::mem::forget(Awaited::new());
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        let sink = sink.try_clone().map_err(fail())?;
        signal_hook::low_level::pipe::register(signal, sink).map_err(fail())?;
    }
    Ok(stream)
}

/// Waits until there is an interruption, or the other stream ends; true for the interruption.
#[must_use]
pub fn wait_for_signal(interruption: &UnixStream, end: &UnixStream) -> bool {
    loop {
        let mut fds = [interruption, end].map(|stream| PollFd::from_borrowed_fd(stream.as_fd(), PollFlags::IN));
        match poll(&mut fds, None) {
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return false,
            Ok(_) => return !fds[0].revents().is_empty(),
        }
    }
}
