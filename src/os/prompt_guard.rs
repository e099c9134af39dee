//! Restores the terminal when a signal ends the process while a prompt is open.
#![allow(unsafe_code, reason = "a signal handler is registered, and it only does what signal-safety(7) allows")]

use std::io;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::stdio::{stderr, stdin};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::low_level::{emulate_default_handler, exit, register};

use super::interrupt::{HandledSignals, terminate_unless_handled};
use super::raw_mode::{RawMode, RawModeKind};

/// Makes the cursor visible, on a new line.
const SHOW_CURSOR: &[u8] = b"\x1b[?25h\r\n";

/// The exit code after Ctrl-C.
const INTERRUPTED: i32 = 130;

static IS_OPEN: AtomicBool = AtomicBool::new(false);

/// The terminal's modes before the first prompt.
static MODES: OnceLock<Termios> = OnceLock::new();

/// While this exists, the terminal is in raw mode, and SIGINT, SIGTERM and SIGHUP restore the terminal before they end this
/// process. console, which reads the keys of prompts, sends SIGINT for Ctrl-C.
///
/// The handler runs in the first thread, so a prompt in that thread cannot change the terminal again.
#[derive(Debug)]
pub(crate) struct PromptGuard {
    /// console changes the modes for each key, and between two keys the terminal would echo.
    raw: RawMode,
    /// [`super::on_termination`] would end the process before the handler has restored the terminal.
    handled: Option<HandledSignals>,
}

impl PromptGuard {
    /// Fails if standard input is not a terminal.
    pub(crate) fn new() -> io::Result<Self> {
        if MODES.get().is_none() {
            let _ = MODES.set(tcgetattr(stdin())?);
            for signal in [SIGINT, SIGTERM, SIGHUP] {
                let end = move || {
                    if let (true, Some(modes)) = (IS_OPEN.load(Ordering::Acquire), MODES.get()) {
                        let _ = tcsetattr(stdin(), OptionalActions::Now, modes);
                        let _ = rustix::io::write(stderr(), SHOW_CURSOR);
                        if signal == SIGINT {
                            exit(INTERRUPTED);
                        }
                        let _ = emulate_default_handler(signal);
                    }
                };
                // SAFETY: the handler makes the system calls of tcsetattr(3), write(2), and _exit(2) or the default action. It takes no
                // lock and allocates nothing: `MODES` is set.
                unsafe { register(signal, end) }?;
            }
            terminate_unless_handled()?;
        }
        IS_OPEN.store(true, Ordering::Release);
        let handled = Some(HandledSignals::new());
        Ok(Self { raw: RawMode::enter(RawModeKind::Keys)?, handled })
    }
}

impl Drop for PromptGuard {
    fn drop(&mut self) {
        self.raw.restore();
        self.handled.take();
        IS_OPEN.store(false, Ordering::Release);
    }
}
