//! Turns SIGINT, SIGTERM and SIGHUP into events, so that this process can clean up before it exits.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Once};
use std::thread;

use rustix::event::{PollFd, PollFlags, poll};
use signal_hook::SigId;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::{emulate_default_handler, pipe, unregister};

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

/// While this exists, SIGINT, SIGTERM and SIGHUP make it readable and do not terminate this process.
#[derive(Debug)]
pub(crate) struct SignalWatch {
    stream: UnixStream,
    /// The last signal; 0 if there was none.
    last: Arc<AtomicUsize>,
    actions: Vec<SigId>,
    _handled: HandledSignals,
}

impl SignalWatch {
    pub(crate) fn new() -> io::Result<Self> {
        restore_defaults_later()?;
        let (stream, sink) = UnixStream::pair()?;
        let mut watch = Self { stream, last: Arc::default(), actions: Vec::new(), _handled: HandledSignals::new() };
        for (signal, number) in [(SIGINT, 2), (SIGTERM, 15), (SIGHUP, 1)] {
            // Set first, so that the number is known when the stream is readable.
            watch.actions.push(signal_hook::flag::register_usize(signal, Arc::clone(&watch.last), number)?);
            watch.actions.push(pipe::register(signal, sink.try_clone()?)?);
        }
        Ok(watch)
    }

    /// The signal that came, if there was one.
    pub(crate) fn signal(&self) -> Option<i32> {
        i32::try_from(self.last.load(Ordering::Acquire)).ok().filter(|signal| *signal != 0)
    }
}

impl AsFd for SignalWatch {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

impl Drop for SignalWatch {
    fn drop(&mut self) {
        for action in self.actions.drain(..) {
            unregister(action);
        }
    }
}

/// Makes the signals terminate this process when nothing watches for them. Without this they would be ignored after the
/// first watch, because `signal_hook` never restores a signal's default.
fn restore_defaults_later() -> io::Result<()> {
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
