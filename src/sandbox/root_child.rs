//! Starts this program again as root: in the background with typed messages on its pipes, or on our terminal.

use std::io::{self, Read as _};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdin, ChildStdout, ExitStatus, Stdio};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::SandboxError;
use super::privilege::{self, authenticate, is_root};
use crate::os::{FrameBuffer, SelfCommand, leave_signals_to_child, write_frame};

/// A child process of this program that runs as root. Dropping it closes its standard input, on which it exits.
#[derive(Debug)]
pub(crate) struct RootChild {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: ChildStdout,
    received: FrameBuffer,
}

/// The longest message that is accepted from the child.
const LONGEST_MESSAGE: usize = 1 << 20;

impl RootChild {
    /// Starts it, through sudo unless we are root. Returns `None` if sudo would ask for a password.
    pub(crate) fn start(self_command: &SelfCommand) -> Result<Option<Self>, SandboxError> {
        let fail = || SandboxError::system("cannot start a child process as root");
        let mut command = if is_root() {
            self_command.command()
        } else {
            let sudo = privilege::sudo()?;
            if !privilege::needs_no_password(sudo, self_command.program())? {
                return Ok(None);
            }
            self_command.under_sudo(sudo, &["-n"])
        };
        // In its own process group, so that Ctrl-C on our terminal reaches only us.
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
        let mut child = command.spawn().map_err(fail())?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(fail()(io::ErrorKind::BrokenPipe.into()));
        };
        rustix::fs::fcntl_setfl(&stdout, rustix::fs::OFlags::NONBLOCK).map_err(|errno| fail()(errno.into()))?;
        Ok(Some(Self { child, stdin: Some(stdin), stdout, received: FrameBuffer::new(LONGEST_MESSAGE) }))
    }

    /// Sends one message; an error means that the child has exited.
    pub(crate) fn send(&mut self, message: &impl Serialize) -> io::Result<()> {
        let stdin = self.stdin.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        write_frame(stdin, message)
    }

    /// Returns the messages that have arrived, without blocking; `None` when the child has exited.
    pub(crate) fn receive<T: DeserializeOwned>(&mut self) -> Option<Vec<T>> {
        let mut messages = Vec::new();
        let mut chunk = [0; 16384];
        while messages.is_empty() {
            match self.stdout.read(&mut chunk) {
                Ok(0) => return None,
                Ok(count) => self.received.push(&chunk[..count]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
            while let Some(message) = self.received.pop().ok()? {
                messages.push(message);
            }
        }
        Some(messages)
    }
}

impl AsFd for RootChild {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stdout.as_fd()
    }
}

impl Drop for RootChild {
    fn drop(&mut self) {
        // The child exits when its standard input ends. It stops its own sandbox, so do not wait for it.
        self.stdin = None;
        let _ = self.child.try_wait();
    }
}

/// Lets sudo ask for the password on our terminal.
pub(crate) fn ask_sudo_password() -> Result<(), SandboxError> {
    let self_command = SelfCommand::current().map_err(SandboxError::system("cannot find this program's own file"))?;
    authenticate(privilege::sudo()?, self_command.program())
}

/// Runs this program as root on our terminal and waits for it, through sudo unless we are root. Ctrl-C does not end this
/// process meanwhile: the child gets it too, and cleans up.
pub(crate) fn run_as_root(self_command: &SelfCommand) -> Result<ExitStatus, SandboxError> {
    let mut command = if is_root() {
        self_command.command()
    } else {
        let sudo = privilege::sudo()?;
        authenticate(sudo, self_command.program())?;
        self_command.under_sudo(sudo, &[])
    };
    let _handled = leave_signals_to_child().map_err(SandboxError::system("cannot watch for signals"))?;
    command.status().map_err(SandboxError::system("cannot start this program again as root"))
}

/// Runs this program on our terminal and waits for it.
pub(crate) fn run_on_terminal(self_command: &SelfCommand) -> Result<ExitStatus, SandboxError> {
    self_command.command().status().map_err(SandboxError::system("cannot start this program again"))
}
