//! Turns SIGINT, SIGTERM and SIGHUP into events, so that a command inside is stopped before this process exits.

use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use rustix::event::{PollFd, PollFlags, poll};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::SandboxError;

/// Whether some code of this process waits for the signals and cleans up after them.
static HANDLED: AtomicBool = AtomicBool::new(false);

/// While this exists, a signal does not terminate the process; its owner handles the signal.
#[derive(Debug)]
pub(super) struct HandledSignals(());

impl HandledSignals {
    pub(super) fn new() -> Self {
        HANDLED.store(true, Ordering::Release);
        Self(())
    }
}

impl Drop for HandledSignals {
    fn drop(&mut self) {
        HANDLED.store(false, Ordering::Release);
    }
}

/// From now on, `action` runs before SIGINT or SIGTERM terminates this process.
pub(crate) fn on_termination(action: impl Fn() + Send + 'static) -> Result<(), SandboxError> {
    let mut signals = Signals::new([SIGINT, SIGTERM]).map_err(SandboxError::system("cannot watch for signals"))?;
    thread::spawn(move || {
        for signal in signals.forever() {
            if !HANDLED.load(Ordering::Acquire) {
                action();
                let _ = signal_hook::low_level::emulate_default_handler(signal);
            }
        }
    });
    Ok(())
}

/// From now on, SIGINT, SIGTERM and SIGHUP make the returned stream readable and do not terminate this process.
pub(crate) fn signal_stream() -> Result<UnixStream, SandboxError> {
    let fail = || SandboxError::system("cannot watch for signals");
    let (stream, sink) = UnixStream::pair().map_err(fail())?;
    // The caller handles the signals until the process exits.
    std::mem::forget(HandledSignals::new());
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        let sink = sink.try_clone().map_err(fail())?;
        signal_hook::low_level::pipe::register(signal, sink).map_err(fail())?;
    }
    Ok(stream)
}

/// Waits for a signal or the end of the other stream; true for a signal. `signals` comes from [`signal_stream`].
#[must_use]
pub(crate) fn wait_for_signal(signals: &UnixStream, end: &UnixStream) -> bool {
    loop {
        let mut fds = [signals, end].map(|stream| PollFd::from_borrowed_fd(stream.as_fd(), PollFlags::IN));
        match poll(&mut fds, None) {
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return false,
            Ok(_) => return !fds[0].revents().is_empty(),
        }
    }
}
