//! A full screen on the terminal. It enters the alternate screen and raw mode, and leaves both when dropped.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, stdin, stdout};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::os::unix::net::UnixStream;

use console::Term;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Signal, getpid, kill_process};
use signal_hook::consts::SIGWINCH;

use crate::engine::session::Key;
use crate::os::{RawMode, RawModeKind};

/// Switches to the alternate screen, turns line wrapping off, and clears it.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[?7l\x1b[2J";
const LEAVE: &[u8] = b"\x1b[?7h\x1b[0m\x1b[?25h\x1b[?1049l";

/// The content of the whole screen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Styled rows, from top to bottom.
    pub(crate) rows: Vec<String>,
    /// Row and column of the cursor; none hides it.
    pub(crate) cursor: Option<(usize, usize)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UiEvent {
    Key(Key),
    Resized,
    /// One of the streams given to [`Screen::wait`] is readable: its index.
    Readable(usize),
    /// The terminal was closed.
    Closed,
}

#[derive(Debug)]
pub(crate) struct Screen {
    raw: RawMode,
    term: Term,
    resized: UnixStream,
    /// The rows that were drawn last; empty to draw all of them.
    drawn: Vec<String>,
    cursor: Option<(usize, usize)>,
}

impl Screen {
    /// Enters the alternate screen and raw mode; none if stdin or stdout is not a terminal.
    pub(crate) fn open() -> io::Result<Option<Self>> {
        if !stdin().is_terminal() || !stdout().is_terminal() {
            return Ok(None);
        }
        let (resized, sink) = UnixStream::pair()?;
        resized.set_nonblocking(true)?;
        signal_hook::low_level::pipe::register(SIGWINCH, sink)?;
        let raw = RawMode::enter(RawModeKind::Keys)?;
        let screen = Self { raw, term: Term::stdout(), resized, drawn: Vec::new(), cursor: None };
        write(ENTER)?;
        Ok(Some(screen))
    }

    /// Restores the terminal while `run` uses it, then enters the alternate screen again.
    pub(crate) fn suspend_while<T>(&mut self, run: impl FnOnce() -> T) -> io::Result<T> {
        self.restore();
        let result = run();
        self.raw.resume()?;
        write(ENTER)?;
        self.redraw();
        Ok(result)
    }

    fn restore(&self) {
        let _ = write(LEAVE);
        self.raw.restore();
    }

    /// Stops this process as Ctrl-Z does; returns when it continues.
    pub(crate) fn suspend(&mut self) -> io::Result<()> {
        self.suspend_while(|| kill_process(getpid(), Signal::TSTP))?.map_err(io::Error::from)
    }

    /// Makes the next [`Screen::draw`] write every row.
    pub(crate) fn redraw(&mut self) {
        self.drawn.clear();
    }

    /// Rows and columns, at least 6 and 20.
    pub(crate) fn size(&self) -> (usize, usize) {
        let (rows, columns) = self.term.size();
        (usize::from(rows).max(6), usize::from(columns).max(20))
    }

    /// Waits for a key, a new size, or input on one of `streams`.
    pub(crate) fn wait(&mut self, streams: &[BorrowedFd<'_>]) -> io::Result<UiEvent> {
        loop {
            let keys = stdin();
            let mut waits = vec![
                PollFd::from_borrowed_fd(self.resized.as_fd(), PollFlags::IN),
                PollFd::from_borrowed_fd(keys.as_fd(), PollFlags::IN),
            ];
            waits.extend(streams.iter().map(|fd| PollFd::from_borrowed_fd(*fd, PollFlags::IN)));
            match poll(&mut waits, None) {
                Ok(_) => {}
                Err(rustix::io::Errno::INTR) => continue,
                Err(errno) => return Err(errno.into()),
            }
            let ready: Vec<PollFlags> = waits.iter().map(PollFd::revents).collect();
            if !ready[0].is_empty() {
                let _ = io::Read::read(&mut &self.resized, &mut [0; 64]);
                self.redraw();
                return Ok(UiEvent::Resized);
            }
            if ready[1].contains(PollFlags::IN) {
                match self.term.read_key_raw().map(|pressed| session_key(&pressed)) {
                    Ok(Some(key)) => return Ok(UiEvent::Key(key)),
                    Ok(None) => continue,
                    Err(_) => return Ok(UiEvent::Closed),
                }
            }
            if !ready[1].is_empty() {
                return Ok(UiEvent::Closed);
            }
            if let Some(index) = ready[2..].iter().position(|flags| !flags.is_empty()) {
                return Ok(UiEvent::Readable(index));
            }
        }
    }

    /// Draws a frame; only rows that changed are written.
    pub(crate) fn draw(&mut self, frame: &Frame) -> io::Result<()> {
        let mut out = String::from("\x1b[?2026h\x1b[?25l");
        if self.drawn.is_empty() {
            out.push_str("\x1b[2J");
        }
        for (row, text) in frame.rows.iter().enumerate() {
            if self.drawn.get(row) != Some(text) {
                let _ = write!(out, "\x1b[{};1H\x1b[0m\x1b[K{text}\x1b[0m", row + 1);
            }
        }
        for row in frame.rows.len()..self.drawn.len() {
            let _ = write!(out, "\x1b[{};1H\x1b[K", row + 1);
        }
        if let Some((row, column)) = frame.cursor {
            let _ = write!(out, "\x1b[{};{}H\x1b[?25h", row + 1, column + 1);
        }
        out.push_str("\x1b[?2026l");
        if self.drawn != frame.rows || self.cursor != frame.cursor {
            write(out.as_bytes())?;
        }
        self.drawn.clone_from(&frame.rows);
        self.cursor = frame.cursor;
        Ok(())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Leave the alternate screen first. Then `raw` is dropped and restores the modes again, which changes nothing.
        self.restore();
    }
}

fn write(bytes: &[u8]) -> io::Result<()> {
    let mut out = stdout().lock();
    io::Write::write_all(&mut out, bytes)?;
    io::Write::flush(&mut out)
}

/// Converts a key; none if no session uses it.
fn session_key(key: &console::Key) -> Option<Key> {
    use console::Key as Pressed;
    Some(match *key {
        Pressed::Char(control @ '\u{1}'..='\u{1a}') => Key::Ctrl(char::from(b'a' + control as u8 - 1)),
        Pressed::Char(character) => Key::Char(character),
        Pressed::CtrlC => Key::Ctrl('c'),
        Pressed::Enter => Key::Enter,
        Pressed::Escape => Key::Escape,
        Pressed::Tab => Key::Tab,
        Pressed::BackTab => Key::BackTab,
        Pressed::Backspace => Key::Backspace,
        Pressed::Del => Key::Delete,
        Pressed::ArrowLeft => Key::Left,
        Pressed::ArrowRight => Key::Right,
        Pressed::ArrowUp => Key::Up,
        Pressed::ArrowDown => Key::Down,
        Pressed::Home => Key::Home,
        Pressed::End => Key::End,
        Pressed::PageUp => Key::PageUp,
        Pressed::PageDown => Key::PageDown,
        _ => return None,
    })
}
