//! Turns SIGINT, SIGTERM and SIGHUP into events, so that this process can clean up before it exits.

use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Once};
use std::thread;

use rustix::event::{PollFd, PollFlags, poll};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::{emulate_default_handler, pipe};

/// False while some code of this process waits for the signals and cleans up after them.
static TERMINATES: LazyLock<Arc<AtomicBool>> = LazyLock::new(|| Arc::new(AtomicBool::new(true)));

/// Whether [`on_termination`] terminates this process on SIGINT and SIGTERM.
static HAS_ACTION: AtomicBool = AtomicBool::new(false);

/// While this exists, a signal does not terminate the process; its owner handles the signal.
#[derive(Debug)]
pub(crate) struct HandledSignals(());

impl HandledSignals {
    pub(crate) fn new() -> Self {
        TERMINATES.store(false, Ordering::Release);
        Self(())
    }
}

impl Drop for HandledSignals {
    fn drop(&mut self) {
        TERMINATES.store(true, Ordering::Release);
    }
}

/// From now on, `action` runs before SIGINT or SIGTERM terminates this process.
pub(crate) fn on_termination(action: impl Fn() + Send + 'static) -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    HAS_ACTION.store(true, Ordering::Release);
    thread::spawn(move || {
        for signal in signals.forever() {
            if TERMINATES.load(Ordering::Acquire) {
                action();
                let _ = emulate_default_handler(signal);
            }
        }
    });
    Ok(())
}

/// From now on, SIGINT, SIGTERM and SIGHUP make the returned stream readable and do not terminate this process.
pub(crate) fn signal_stream() -> io::Result<UnixStream> {
    let (stream, sink) = UnixStream::pair()?;
    // The caller handles the signals until the process exits.
    std::mem::forget(HandledSignals::new());
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        pipe::register(signal, sink.try_clone()?)?;
    }
    Ok(stream)
}

/// While the result exists, SIGINT, SIGTERM and SIGHUP do not terminate this process: it waits for a child that gets them
/// too.
pub(crate) fn leave_signals_to_child() -> io::Result<HandledSignals> {
    terminate_unless_handled()?;
    Ok(HandledSignals::new())
}

/// Makes the signals terminate this process while nothing handles them. `signal_hook` never restores a signal's default.
pub(super) fn terminate_unless_handled() -> io::Result<()> {
    static ONCE: Once = Once::new();
    let mut result = Ok(());
    ONCE.call_once(|| {
        let signals = if HAS_ACTION.load(Ordering::Acquire) { &[SIGHUP][..] } else { &[SIGINT, SIGTERM, SIGHUP] };
        result = signals.iter().try_for_each(|&signal| {
            signal_hook::flag::register_conditional_default(signal, Arc::clone(&TERMINATES)).map(drop)
        });
    });
    result
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
