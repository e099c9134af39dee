//! The screen that a sitting is drawn on: taken as a whole, and given back as it was on every way out.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, stdin, stdout};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::os::unix::net::UnixStream;

use console::Term;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::termios::{InputModes, LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use signal_hook::consts::SIGWINCH;

use super::frame::Frame;
use crate::engine::session::Key;

/// The other screen, without line wrapping.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[?7l\x1b[2J";
const LEAVE: &[u8] = b"\x1b[?7h\x1b[0m\x1b[?25h\x1b[?1049l";

/// Something to react to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// A key was pressed.
    Key(Key),
    /// The window has another size.
    Resized,
    /// One of the other streams can be read: its place in the list.
    Ready(usize),
    /// The terminal is gone.
    Gone,
}

/// A terminal in our hand.
#[derive(Debug)]
pub struct Stage {
    before: Termios,
    term: Term,
    resized: UnixStream,
    shown: Vec<String>,
    cursor: Option<(usize, usize)>,
}

impl Stage {
    /// Takes the terminal; none where keys or screen are not one.
    pub fn open() -> io::Result<Option<Self>> {
        if !stdin().is_terminal() || !stdout().is_terminal() {
            return Ok(None);
        }
        let (resized, sink) = UnixStream::pair()?;
        resized.set_nonblocking(true)?;
        signal_hook::low_level::pipe::register(SIGWINCH, sink)?;
        let before = tcgetattr(stdin())?;
        let stage = Self { before, term: Term::stdout(), resized, shown: Vec::new(), cursor: None };
        stage.take()?;
        Ok(Some(stage))
    }

    fn take(&self) -> io::Result<()> {
        let mut raw = self.before.clone();
        raw.local_modes.remove(LocalModes::ISIG | LocalModes::ICANON | LocalModes::ECHO | LocalModes::IEXTEN);
        raw.input_modes.remove(InputModes::IXON);
        tcsetattr(stdin(), OptionalActions::Now, &raw)?;
        write(ENTER)
    }

    fn give(&self) {
        let _ = write(LEAVE);
        let _ = tcsetattr(stdin(), OptionalActions::Drain, &self.before);
    }

    /// Gives the terminal to somebody else for a while.
    pub fn lend<T>(&mut self, to: impl FnOnce() -> T) -> io::Result<T> {
        self.give();
        let done = to();
        self.take()?;
        self.forget();
        Ok(done)
    }

    /// Stops this program as Ctrl-Z stops any, and takes the terminal again when it goes on.
    pub fn suspend(&mut self) -> io::Result<()> {
        self.lend(|| rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::TSTP))?
            .map_err(io::Error::from)
    }

    /// Has everything drawn anew with the next frame.
    pub fn forget(&mut self) {
        self.shown.clear();
    }

    /// Rows and columns.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        let (rows, columns) = self.term.size();
        (usize::from(rows).max(6), usize::from(columns).max(20))
    }

    /// Waits for a key, for another size, or for one of these streams.
    pub fn wait(&mut self, others: &[BorrowedFd<'_>]) -> io::Result<Sign> {
        loop {
            let keys = stdin();
            let mut waits = vec![
                PollFd::from_borrowed_fd(self.resized.as_fd(), PollFlags::IN),
                PollFd::from_borrowed_fd(keys.as_fd(), PollFlags::IN),
            ];
            waits.extend(others.iter().map(|fd| PollFd::from_borrowed_fd(*fd, PollFlags::IN)));
            match poll(&mut waits, None) {
                Ok(_) => {}
                Err(rustix::io::Errno::INTR) => continue,
                Err(errno) => return Err(errno.into()),
            }
            let ready: Vec<PollFlags> = waits.iter().map(PollFd::revents).collect();
            if !ready[0].is_empty() {
                let _ = io::Read::read(&mut &self.resized, &mut [0; 64]);
                self.forget();
                return Ok(Sign::Resized);
            }
            if ready[1].contains(PollFlags::IN) {
                match self.term.read_key_raw().map(|pressed| key(&pressed)) {
                    Ok(Some(key)) => return Ok(Sign::Key(key)),
                    Ok(None) => continue,
                    Err(_) => return Ok(Sign::Gone),
                }
            }
            if !ready[1].is_empty() {
                return Ok(Sign::Gone);
            }
            if let Some(place) = ready[2..].iter().position(|flags| !flags.is_empty()) {
                return Ok(Sign::Ready(place));
            }
        }
    }

    /// Puts a frame on the screen; only rows that have changed are written.
    pub fn draw(&mut self, frame: &Frame) -> io::Result<()> {
        let mut out = String::from("\x1b[?2026h\x1b[?25l");
        if self.shown.is_empty() {
            out.push_str("\x1b[2J");
        }
        for (row, text) in frame.rows.iter().enumerate() {
            if self.shown.get(row) != Some(text) {
                let _ = write!(out, "\x1b[{};1H\x1b[0m\x1b[K{text}\x1b[0m", row + 1);
            }
        }
        for row in frame.rows.len()..self.shown.len() {
            let _ = write!(out, "\x1b[{};1H\x1b[K", row + 1);
        }
        if let Some((row, column)) = frame.cursor {
            let _ = write!(out, "\x1b[{};{}H\x1b[?25h", row + 1, column + 1);
        }
        out.push_str("\x1b[?2026l");
        if self.shown != frame.rows || self.cursor != frame.cursor {
            write(out.as_bytes())?;
        }
        self.shown.clone_from(&frame.rows);
        self.cursor = frame.cursor;
        Ok(())
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.give();
    }
}

fn write(bytes: &[u8]) -> io::Result<()> {
    let mut out = stdout().lock();
    io::Write::write_all(&mut out, bytes)?;
    io::Write::flush(&mut out)
}

/// A key in the session's terms; none for one that means nothing here.
fn key(key: &console::Key) -> Option<Key> {
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
