//! A command that runs inside a sandbox: its output can be read while it runs, and it can be stopped.

use std::io::{self, PipeReader, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::SandboxError;
use super::record::ProcessId;

/// How long after the command's exit its background processes can still add to the output.
const DRAIN_LIMIT: Duration = Duration::from_millis(500);

/// A command in its own unit. It is not stopped when this is dropped.
pub(crate) struct RunningCommand {
    child: Child,
    stop_unit: Box<dyn Fn() + Send + Sync>,
}

/// Both output streams of a command. It ends when the command exits: a background process (`sleep 3600 &`) would keep a
/// plain pipe open.
#[derive(Debug)]
pub(crate) struct OutputReader {
    pipe: PipeReader,
    /// None if the command was gone before this could be opened.
    process: Option<OwnedFd>,
    /// Set when the command has exited.
    until: Option<Instant>,
}

impl RunningCommand {
    /// Starts a prepared command, with both streams through one pipe in the order in which they are written. `stop_unit`
    /// stops its unit inside.
    pub(super) fn start(
        mut command: Command,
        stop_unit: Box<dyn Fn() + Send + Sync>,
    ) -> Result<(Self, OutputReader), SandboxError> {
        let fail = || SandboxError::system("cannot run in the sandbox");
        let (pipe, writer) = io::pipe().map_err(fail())?;
        command.stdin(Stdio::null()).stdout(writer.try_clone().map_err(fail())?).stderr(writer);
        let child = command.spawn().map_err(fail())?;
        // The command holds a copy of the writing end.
        drop(command);
        let process = i32::try_from(child.id()).ok().and_then(ProcessId::of).and_then(ProcessId::open);
        Ok((Self { child, stop_unit }, OutputReader { pipe, process, until: None }))
    }

    /// Stops it, with everything that it has started.
    pub(crate) fn stop(&mut self) {
        (self.stop_unit)();
        let _ = self.child.kill();
    }

    pub(crate) fn wait(&mut self) -> Result<ExitStatus, SandboxError> {
        self.child.wait().map_err(SandboxError::system("cannot wait for a command in the sandbox"))
    }
}

impl Read for OutputReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let left = self.until.map(|until| until.saturating_duration_since(Instant::now()));
            let timeout = left.and_then(|left| Timespec::try_from(left).ok());
            let mut waits = vec![PollFd::from_borrowed_fd(self.pipe.as_fd(), PollFlags::IN)];
            // An exit that was seen once would wake poll(2) each time.
            let process = self.process.as_ref().filter(|_| self.until.is_none());
            waits.extend(process.map(|fd| PollFd::from_borrowed_fd(fd.as_fd(), PollFlags::IN)));
            match poll(&mut waits, timeout.as_ref()) {
                Err(rustix::io::Errno::INTR) => continue,
                other => other?,
            };
            let is_ready = |at: usize| waits.get(at).is_some_and(|wait| !wait.revents().is_empty());
            let (has_output, has_exited) = (is_ready(0), is_ready(1));
            if left.is_some_and(|left| left.is_zero()) || self.until.is_some() && !has_output {
                return Ok(0);
            }
            if has_exited || self.process.is_none() && self.until.is_none() {
                self.until = Some(Instant::now() + DRAIN_LIMIT);
            }
            if has_output {
                return self.pipe.read(buffer);
            }
        }
    }
}
