//! Connects the user's terminal to a shell inside, through a separate pseudo-terminal.
//!
//! The sandbox never gets the user's own terminal. If a process inside injects input with TIOCSTI (`ioctl_tty(2)`), the input
//! goes to the pseudo-terminal and is read inside.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, ExitStatus};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{Mode, OFlags};
use rustix::pty::OpenptFlags;
use rustix::termios::Winsize;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGWINCH};

use super::SandboxError;
use crate::os::{HandledSignals, RawMode, RawModeKind};

/// A command that runs on a pseudo-terminal.
#[derive(Debug)]
pub(crate) struct Relay {
    master: File,
    child: Child,
}

impl Relay {
    pub(super) fn start(mut command: Command) -> Result<Self, SandboxError> {
        let fail = || SandboxError::system("cannot make a pseudo-terminal");
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let master = rustix::pty::openpt(flags).map_err(fail())?;
        rustix::pty::grantpt(&master).map_err(fail())?;
        rustix::pty::unlockpt(&master).map_err(fail())?;
        let name = rustix::pty::ptsname(&master, Vec::new()).map_err(fail())?;
        let slave =
            rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty()).map_err(fail())?;
        let _ = rustix::termios::tcsetwinsize(&slave, window_size());
        let copy = |fd: &OwnedFd| fd.try_clone().map_err(SandboxError::system("cannot share the pseudo-terminal"));
        command.stdin(copy(&slave)?).stdout(copy(&slave)?).stderr(slave);
        let child = command.spawn().map_err(SandboxError::system("cannot start a shell"))?;
        Ok(Self { master: master.into(), child })
    }

    /// Relays input, output and window size until the shell exits, the terminal closes, or this process gets a signal.
    pub(crate) fn run(mut self) -> Result<ExitStatus, SandboxError> {
        let fail = || SandboxError::system("cannot relay the terminal");
        let (mut resized, resize_sink) = UnixStream::pair().map_err(fail())?;
        let (signals, signal_sink) = UnixStream::pair().map_err(fail())?;
        resized.set_nonblocking(true).map_err(fail())?;
        signal_hook::low_level::pipe::register(SIGWINCH, resize_sink).map_err(fail())?;
        for signal in [SIGHUP, SIGTERM, SIGINT, SIGQUIT] {
            let sink = signal_sink.try_clone().map_err(fail())?;
            signal_hook::low_level::pipe::register(signal, sink).map_err(fail())?;
        }
        let _handled = HandledSignals::new();
        let raw = RawMode::enter(RawModeKind::Relay).ok();
        let mut keys = io::stdin().lock();
        let mut open = true;
        while open {
            let waits = [keys.as_fd(), self.master.as_fd(), resized.as_fd(), signals.as_fd()];
            let mut waits = waits.map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN));
            match poll(&mut waits, None) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(errno) => return Err(fail()(errno.into())),
            }
            let [has_input, has_output, has_resized, has_signal] = waits.map(|wait| !wait.revents().is_empty());
            if has_resized {
                let _ = resized.read(&mut [0; 64]);
                let _ = rustix::termios::tcsetwinsize(&self.master, window_size());
            }
            if has_output {
                open = copy_chunk(&mut self.master, &mut io::stdout());
            } else if has_signal {
                open = false;
            }
            if open && has_input {
                open = copy_chunk(&mut Unbuffered(&mut keys), &mut self.master);
            }
        }
        drop(raw);
        // Closing the master hangs up the terminal inside: its processes get SIGHUP.
        drop(self.master);
        self.child.wait().map_err(fail())
    }
}

/// Reads standard input without its buffer, because poll(2) does not see buffered bytes.
struct Unbuffered<'a>(&'a mut io::StdinLock<'static>);

impl Read for Unbuffered<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(rustix::io::read(self.0.as_fd(), buffer)?)
    }
}

/// Copies one chunk; returns false at the end of either stream.
fn copy_chunk(from: &mut impl Read, to: &mut impl Write) -> bool {
    let mut chunk = [0; 8192];
    match from.read(&mut chunk) {
        Ok(0) => false,
        Ok(count) => to.write_all(&chunk[..count]).and_then(|()| to.flush()).is_ok(),
        Err(error) => error.kind() == io::ErrorKind::Interrupted,
    }
}

fn window_size() -> Winsize {
    rustix::termios::tcgetwinsize(io::stdout()).unwrap_or(Winsize {
        ws_row: 24,
        ws_col: 80,
        ws_xpixel: 0,
        ws_ypixel: 0,
    })
}
