//! The keys of a prompt: a pseudo-terminal between the user's terminal and dialoguer.
//!
//! dialoguer reads keys through console. For each key, console changes the modes of the terminal; it turns Ctrl-C into a
//! signal, and takes any other signal for Ctrl-C. So while a prompt is open, console's standard input is a
//! pseudo-terminal. Only this file changes the modes of the user's terminal, and restores them however the prompt ends.

use std::fs::File;
use std::io::{self, Write as _, stdin};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::ioctl_fionread;
use rustix::stdio::dup2_stdin;
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

use crate::os::{RawMode, RawModeKind, SignalWatch, open_pty};

const CTRL_C: u8 = 0x03;
const CTRL_D: u8 = 0x04;
const ESCAPE: u8 = 0x1b;

/// The rest of an escape sequence, such as that of an arrow key, follows Esc within this time.
const SEQUENCE_TIME: Duration = Duration::from_millis(50);
/// dialoguer ignores a cancelling key that it takes for a part of an escape sequence, so the key is sent again.
const CANCEL_AGAIN: Duration = Duration::from_millis(50);

/// Keys that were typed during the last prompt, after its answer. They belong to the next one.
static TYPED_AHEAD: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// How a prompt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PromptEnd {
    Answered,
    /// Esc or Ctrl-D.
    Cancelled,
    /// Ctrl-C.
    Interrupted,
    Signal(i32),
    /// The terminal is gone.
    Closed,
}

/// Runs a dialoguer prompt in a thread, and ends it early with `cancel` (keys that the prompt understands) after Esc,
/// Ctrl-D, Ctrl-C, a signal, or the end of the terminal. Afterwards the terminal has its earlier modes.
pub(super) fn run_prompt<T: Send>(cancel: &[u8], ask: impl FnOnce() -> T + Send) -> io::Result<(T, PromptEnd)> {
    // Signals are handled by the threads that read no keys: console would end its read. The kernel prefers the first thread.
    let signals = SignalWatch::new()?;
    let mut keyboard = Keyboard::open()?;
    let (done, sink) = UnixStream::pair()?;
    let (result, end) = thread::scope(|scope| {
        let asking = scope.spawn(move || {
            let result = ask();
            drop(sink);
            result
        });
        let end = keyboard.relay(&signals, &done, cancel);
        (asking.join(), end)
    });
    if end == PromptEnd::Answered {
        keep_typed_ahead();
    }
    drop(keyboard);
    match result {
        Ok(result) => Ok((result, end)),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

/// The user's terminal in raw mode, and a pseudo-terminal as standard input.
struct Keyboard {
    /// The user's terminal.
    terminal: OwnedFd,
    /// Where keys are written for dialoguer.
    keys: File,
    _raw: RawMode,
}

impl Keyboard {
    fn open() -> io::Result<Self> {
        let raw = RawMode::enter(RawModeKind::Keys)?;
        let terminal = stdin().as_fd().try_clone_to_owned()?;
        let (keys, user_end) = open_pty()?;
        let mut modes = tcgetattr(&user_end)?;
        modes.make_raw();
        tcsetattr(&user_end, OptionalActions::Now, &modes)?;
        dup2_stdin(&user_end)?;
        Ok(Self { terminal, keys, _raw: raw })
    }

    /// Passes keys on until `done` is closed.
    fn relay(&mut self, signals: &SignalWatch, done: &UnixStream, cancel: &[u8]) -> PromptEnd {
        let typed_ahead = std::mem::take(&mut *typed_ahead());
        let mut end = self.pass_on(&typed_ahead);
        loop {
            if end.is_some() {
                let _ = self.keys.write_all(cancel);
            }
            let [is_done, has_signal, has_key] = self.wait(signals, done, end.map(|_| CANCEL_AGAIN));
            if is_done {
                return end.unwrap_or(PromptEnd::Answered);
            }
            if end.is_none() {
                end = if has_signal {
                    signals.signal().map(PromptEnd::Signal)
                } else if has_key {
                    self.read_keys().map_or(Some(PromptEnd::Closed), |keys| self.pass_on(&keys))
                } else {
                    None
                };
            }
        }
    }

    /// Waits for the end, a signal or a key; after the time limit returns none of them. With a limit, waits only for the
    /// end.
    fn wait(&self, signals: &SignalWatch, done: &UnixStream, limit: Option<Duration>) -> [bool; 3] {
        let fds = [done.as_fd(), signals.as_fd(), self.terminal.as_fd()];
        let mut waits = fds.map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN));
        let limit = limit.map(timespec);
        let watched = if limit.is_some() { 1 } else { 3 };
        // After a failed poll(2), no event is reported.
        let came = poll(&mut waits[..watched], limit.as_ref()).unwrap_or(0);
        waits.map(|wait| came > 0 && !wait.revents().is_empty())
    }

    /// Reads the keys that were pressed, each complete; none if the terminal is gone.
    fn read_keys(&self) -> Option<Vec<u8>> {
        let mut keys = Vec::new();
        let mut chunk = [0; 256];
        loop {
            match rustix::io::read(&self.terminal, &mut chunk) {
                Ok(0) | Err(rustix::io::Errno::IO) => return None,
                Ok(count) => keys.extend_from_slice(&chunk[..count]),
                Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => {}
                Err(_) => return None,
            }
            let is_complete = keys.last() != Some(&ESCAPE);
            let mut next = [PollFd::new(&self.terminal, PollFlags::IN)];
            if is_complete || poll(&mut next, Some(&timespec(SEQUENCE_TIME))).unwrap_or(0) == 0 {
                return Some(keys);
            }
        }
    }

    /// Passes keys on to dialoguer, up to one that ends the prompt.
    fn pass_on(&mut self, keys: &[u8]) -> Option<PromptEnd> {
        let (length, end) = first_end(keys).map_or((keys.len(), None), |(at, end)| (at, Some(end)));
        if self.keys.write_all(&keys[..length]).is_err() {
            return Some(PromptEnd::Closed);
        }
        // The key that ends the prompt is used up.
        typed_ahead().extend(keys.iter().skip(length + 1));
        end
    }
}

impl Drop for Keyboard {
    fn drop(&mut self) {
        // Before `_raw` is dropped, which changes the modes of standard input.
        let _ = dup2_stdin(&self.terminal);
    }
}

/// Keeps the keys that dialoguer has not read from its standard input, for the next prompt.
fn keep_typed_ahead() {
    let unread = ioctl_fionread(stdin()).ok().and_then(|count| usize::try_from(count).ok()).unwrap_or(0);
    let mut bytes = vec![0; unread];
    if unread > 0
        && let Ok(count) = rustix::io::read(stdin(), &mut bytes)
    {
        bytes.truncate(count);
        typed_ahead().extend(bytes);
    }
}

fn typed_ahead() -> MutexGuard<'static, Vec<u8>> {
    TYPED_AHEAD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The first key that ends a prompt, and its position: Ctrl-C, Ctrl-D, or an Esc that begins no escape sequence.
fn first_end(keys: &[u8]) -> Option<(usize, PromptEnd)> {
    keys.iter().enumerate().find_map(|(at, key)| match *key {
        CTRL_C => Some((at, PromptEnd::Interrupted)),
        CTRL_D => Some((at, PromptEnd::Cancelled)),
        ESCAPE if keys.get(at + 1).is_none_or(|next| *next == ESCAPE) => Some((at, PromptEnd::Cancelled)),
        _ => None,
    })
}

fn timespec(time: Duration) -> Timespec {
    Timespec { tv_sec: 0, tv_nsec: i64::from(time.subsec_nanos()) }
}

#[cfg(test)]
mod tests {
    use super::{PromptEnd, first_end};

    #[test]
    fn a_lone_escape_ends_a_prompt_and_an_arrow_key_does_not() {
        for (keys, end) in [
            (&b"y"[..], None),
            (b"\x1b[A\x1b[B\r", None),
            (b"\x1bb", None),
            (b"\x1b", Some((0, PromptEnd::Cancelled))),
            (b"ab\x1b", Some((2, PromptEnd::Cancelled))),
            (b"\x1b\x1b", Some((0, PromptEnd::Cancelled))),
            (b"\x04", Some((0, PromptEnd::Cancelled))),
            (b"\x1b[A\x03y", Some((3, PromptEnd::Interrupted))),
        ] {
            assert_eq!(first_end(keys), end, "{keys:?}");
        }
    }
}
