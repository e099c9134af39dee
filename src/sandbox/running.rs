//! A command that runs inside: what it prints can be read while it runs, and it can be stopped.

use std::io::{self, PipeReader, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::record::ProcessId;
use super::{Entrance, SandboxError};

/// What the command has left running, if it holds the output, may add to it for so long after the command's end.
const AFTERWORDS: Duration = Duration::from_millis(500);

/// A command in a unit of its own. It is not stopped when this is dropped.
#[derive(Debug)]
pub struct RunningCommand {
    child: Child,
    unit: String,
    entrance: Entrance,
}

/// What a command prints, both streams. It ends with the command: `sleep 3600 &` in a session outlives it, and would
/// keep a mere pipe open.
#[derive(Debug)]
pub struct OutputReader {
    pipe: PipeReader,
    /// None when the command was gone before it could be watched.
    death: Option<OwnedFd>,
    /// Known since its end was seen.
    until: Option<Instant>,
}

impl RunningCommand {
    /// Starts a prepared command; both its streams come through one pipe, in the order in which they are written.
    pub(super) fn start(
        mut command: Command,
        unit: String,
        entrance: Entrance,
    ) -> Result<(Self, OutputReader), SandboxError> {
        let fail = || SandboxError::system("cannot run in the sandbox");
        let (pipe, writer) = io::pipe().map_err(fail())?;
        command.stdin(Stdio::null()).stdout(writer.try_clone().map_err(fail())?).stderr(writer);
        let child = command.spawn().map_err(fail())?;
        // The command holds the writing end as well; it goes with the command, here.
        drop(command);
        let death = i32::try_from(child.id()).ok().and_then(ProcessId::of).and_then(ProcessId::open);
        Ok((Self { child, unit, entrance }, OutputReader { pipe, death, until: None }))
    }

    /// Ends it, with everything that it has started.
    pub fn stop(&mut self) {
        let _ = self.entrance.stop_unit(&self.unit);
        let _ = self.child.kill();
    }

    /// Waits until it has ended.
    pub fn wait(&mut self) -> Result<ExitStatus, SandboxError> {
        self.child.wait().map_err(SandboxError::system("cannot wait for a command in the sandbox"))
    }
}

impl Read for OutputReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let left = self.until.map(|until| until.saturating_duration_since(Instant::now()));
            let timeout = left.and_then(|left| Timespec::try_from(left).ok());
            let mut waits = vec![PollFd::from_borrowed_fd(self.pipe.as_fd(), PollFlags::IN)];
            // Once it was seen, an end would be seen again and again.
            let death = self.death.as_ref().filter(|_| self.until.is_none());
            waits.extend(death.map(|fd| PollFd::from_borrowed_fd(fd.as_fd(), PollFlags::IN)));
            match poll(&mut waits, timeout.as_ref()) {
                Err(rustix::io::Errno::INTR) => continue,
                other => other?,
            };
            let is_ready = |at: usize| waits.get(at).is_some_and(|wait| !wait.revents().is_empty());
            let (prints, has_ended) = (is_ready(0), is_ready(1));
            if left.is_some_and(|left| left.is_zero()) || self.until.is_some() && !prints {
                return Ok(0);
            }
            if has_ended || self.death.is_none() && self.until.is_none() {
                self.until = Some(Instant::now() + AFTERWORDS);
            }
            if prints {
                return self.pipe.read(buffer);
            }
        }
    }
}
