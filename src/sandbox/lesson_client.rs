//! This program a second time, as root and beside us, to do what needs root while we do not: and as a child that a
//! person meets at the terminal.

use std::ffi::OsString;
use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};

use super::privilege::{ask, is_root};
use super::{SandboxError, privilege};
use crate::model::{Order, Told};

/// Runs the sandbox of a lesson; it ends when this is dropped, or when this process does.
#[derive(Debug)]
pub struct LessonClient {
    child: Child,
    orders: Option<ChildStdin>,
    told: ChildStdout,
    /// The beginning of a line whose end has not come yet.
    begun: Vec<u8>,
}

/// A line longer than this is none of ours.
const LONGEST: usize = 1 << 20;

impl LessonClient {
    /// Starts it with these words, through sudo where we are not root; none where sudo wants a password first.
    pub fn start(words: &[OsString]) -> Result<Option<Self>, SandboxError> {
        let fail = || SandboxError::system("cannot start the lesson's sandbox");
        let exe = std::env::current_exe().map_err(fail())?;
        let mut command = if is_root() {
            Command::new(exe)
        } else {
            let sudo = privilege::sudo()?;
            if !privilege::allows_quietly(&sudo, &exe)? {
                return Ok(None);
            }
            let mut command = Command::new(sudo);
            command.arg("-n").arg("--").arg(exe);
            command
        };
        // In a group of its own: Ctrl-C at our terminal is for us alone.
        command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
        let mut child = command.spawn().map_err(fail())?;
        let (Some(orders), Some(told)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(fail()(io::ErrorKind::BrokenPipe.into()));
        };
        rustix::fs::fcntl_setfl(&told, rustix::fs::OFlags::NONBLOCK).map_err(|errno| fail()(errno.into()))?;
        Ok(Some(Self { child, orders: Some(orders), told, begun: Vec::new() }))
    }

    /// Says what is wanted; false when nobody listens any more.
    pub fn order(&mut self, order: &Order) -> bool {
        let Ok(mut line) = serde_json::to_vec(order) else { return false };
        line.push(b'\n');
        self.orders.as_mut().is_some_and(|orders| orders.write_all(&line).and_then(|()| orders.flush()).is_ok())
    }

    /// What was told since the last time; none when it has ended.
    pub fn hear(&mut self) -> Option<Vec<Told>> {
        let mut chunk = [0; 16384];
        loop {
            match self.told.read(&mut chunk) {
                Ok(0) => return None,
                Ok(count) => self.begun.extend_from_slice(&chunk[..count]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
            if self.begun.len() > LONGEST || self.begun.contains(&b'\n') {
                break;
            }
        }
        let mut told = Vec::new();
        while let Some(end) = self.begun.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.begun.drain(..=end).collect();
            told.push(serde_json::from_slice(&line).ok()?);
        }
        (self.begun.len() <= LONGEST).then_some(told)
    }
}

impl AsFd for LessonClient {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.told.as_fd()
    }
}

impl Drop for LessonClient {
    fn drop(&mut self) {
        // The end of its orders is the order to end. It switches its sandbox off by itself: nobody waits for that.
        self.orders = None;
        let _ = self.child.try_wait();
    }
}

/// Has sudo ask for the password, on the terminal that is ours now.
pub fn ask_sudo_password() -> Result<(), SandboxError> {
    let exe: PathBuf = std::env::current_exe().map_err(SandboxError::system("cannot find this program's own file"))?;
    ask(&privilege::sudo()?, &exe)
}

/// Runs this program with these words, at our terminal, to its end.
pub fn run_self(words: &[OsString]) -> Result<ExitStatus, SandboxError> {
    let fail = || SandboxError::system("cannot run this program again");
    let exe = std::env::current_exe().map_err(fail())?;
    Command::new(exe).args(words).status().map_err(fail())
}
