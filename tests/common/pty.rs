//! A pseudo-terminal and its screen: tests send keys and read the screen.
#![allow(dead_code, unreachable_pub, reason = "a module of every test program, each of which uses the part it needs")]
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests start the program under test and fail by panicking"
)]

use std::fs::File;
use std::io::{Read, Write};
use std::num::NonZero;
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::traces::poll_until;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};
use vt100::{Parser, Screen};

/// Fails a test that waits forever; no wait takes this long on a working machine.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A pseudo-terminal, and the screen that its output draws.
pub struct Pty {
    controller: File,
    user_end: OwnedFd,
    screen: Parser,
    written: Vec<u8>,
}

impl Pty {
    pub fn new(rows: u16, columns: u16) -> Self {
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&controller).unwrap();
        unlockpt(&controller).unwrap();
        let name = ptsname(&controller, Vec::new()).unwrap();
        let user_end = open(&name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty()).unwrap();
        let mut pty = Self { controller: controller.into(), user_end, screen: Parser::default(), written: Vec::new() };
        pty.resize(rows, columns);
        pty
    }

    /// The user end, for a program's standard stream.
    pub fn stdio(&self) -> Stdio {
        Stdio::from(self.user_end.try_clone().unwrap())
    }

    /// Starts a program in a new session with this controlling terminal. It gets only the variables that the command
    /// sets.
    pub fn spawn(&self, command: &Command) -> Child {
        let mut session = Command::new("setsid");
        session.arg("--ctty").arg(command.get_program()).args(command.get_args()).env_clear();
        session.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        session.stdin(self.stdio()).stdout(self.stdio()).stderr(self.stdio()).spawn().unwrap()
    }

    pub fn send_keys(&mut self, keys: &str) {
        self.controller.write_all(keys.as_bytes()).unwrap();
    }

    /// Resizes the window; the kernel sends SIGWINCH.
    pub fn resize(&mut self, rows: u16, columns: u16) {
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&self.controller, size).unwrap();
        self.screen.screen_mut().set_size(NonZero::new(rows).unwrap(), NonZero::new(columns).unwrap());
    }

    /// Reads output until the screen fulfils a condition. `what` names the condition in the failure message.
    pub fn wait_until(&mut self, what: &str, mut wanted: impl FnMut(&Screen) -> bool) {
        let deadline = Instant::now() + TIMEOUT;
        while !wanted(self.screen.screen()) {
            let left = Timespec::try_from(deadline.saturating_duration_since(Instant::now())).unwrap();
            let mut fds = [PollFd::from_borrowed_fd(self.controller.as_fd(), PollFlags::IN)];
            let came = poll(&mut fds, Some(&left)).unwrap();
            assert!(came > 0, "{what}: not seen. The screen:\n{}", self.text());
            let mut bytes = [0; 4096];
            let count =
                self.controller.read(&mut bytes).unwrap_or_else(|error| panic!("{what}: {error}\n{}", self.text()));
            self.written.extend_from_slice(&bytes[..count]);
            self.screen.process(&bytes[..count]);
        }
    }

    /// Reads output until the screen shows a text.
    pub fn wait_for_text(&mut self, text: &str) {
        self.wait_until(&format!("{text:?}"), |screen| screen.contents().contains(text));
    }

    /// The screen after all output so far. To know its end, this writes a marker and waits for it.
    pub fn final_text(&mut self) -> String {
        rustix::io::write(&self.user_end, b"(end)").unwrap();
        self.wait_for_text("(end)");
        self.text().replace("(end)", "").trim_end().to_owned()
    }

    pub fn text(&self) -> String {
        self.screen.screen().contents()
    }

    /// The cursor's row, up to the cursor.
    pub fn line(&self) -> String {
        line(self.screen.screen())
    }

    /// Every byte of output so far.
    pub fn written(&self) -> &[u8] {
        &self.written
    }

    /// The rows drawn since the screen was last cleared, as a very wide window shows them.
    pub fn rows_in_wide_window(&self) -> Vec<String> {
        let (rows, _) = self.screen.screen().size();
        let clear = b"\x1b[2J";
        let cleared = self.written.windows(clear.len()).rposition(|bytes| bytes == clear).unwrap_or(0);
        let mut wide = Parser::default();
        wide.screen_mut().set_size(rows, NonZero::new(400).unwrap());
        wide.process(&self.written[cleared..]);
        wide.screen().rows(0, 400).collect()
    }

    pub fn is_on_alternate_screen(&self) -> bool {
        self.screen.screen().alternate_screen()
    }

    pub fn shows_cursor(&self) -> bool {
        !self.screen.screen().hide_cursor()
    }

    /// The terminal's modes, for comparison. They are read at the controller, because the user end closes with the session.
    pub fn modes(&self) -> String {
        format!("{:?}", tcgetattr(&self.controller).unwrap())
    }

    /// Waits for raw mode, then sends a key. Before raw mode, Ctrl-C would be a signal. The kernel sends no notification
    /// of a mode change, so this polls.
    pub fn send_key_in_raw_mode(&mut self, key: char) {
        let is_raw = || !tcgetattr(&self.controller).unwrap().local_modes.contains(LocalModes::ICANON);
        poll_until("the terminal never entered raw mode", is_raw);
        self.send_keys(key.encode_utf8(&mut [0; 4]));
    }

    /// Closes the terminal: its session gets SIGHUP.
    pub fn close(self) {
        drop(self);
    }
}

/// The row of the screen's cursor, up to the cursor.
pub fn line(screen: &Screen) -> String {
    let (row, column) = screen.cursor_position();
    let cells = (0..column).filter_map(|column| screen.cell(row, column));
    cells.map(|cell| if cell.has_contents() { cell.contents().to_owned() } else { " ".to_owned() }).collect()
}

/// Waits for a program to exit; returns its exit code as a shell reports it.
pub fn exit_code(mut child: Child) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    let status = child.wait().unwrap();
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap())
}
