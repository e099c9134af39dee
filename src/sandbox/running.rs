//! A command that runs inside: what it prints can be read while it runs, and it can be stopped.

use std::io::{self, PipeReader};
use std::process::{Child, Command, ExitStatus, Stdio};

use super::{Entrance, SandboxError};

/// A command in a unit of its own. It is not stopped when this is dropped.
#[derive(Debug)]
pub struct Running {
    child: Child,
    unit: String,
    entrance: Entrance,
}

impl Running {
    /// Starts a prepared command; both its streams come through one pipe, in the order in which they are written.
    pub(super) fn start(
        mut command: Command,
        unit: String,
        entrance: Entrance,
    ) -> Result<(Self, PipeReader), SandboxError> {
        let fail = || SandboxError::system("cannot run in the sandbox");
        let (reader, writer) = io::pipe().map_err(fail())?;
        command.stdin(Stdio::null()).stdout(writer.try_clone().map_err(fail())?).stderr(writer);
        let child = command.spawn().map_err(fail())?;
        // The command holds the writing end as well; it goes with the command, here.
        drop(command);
        Ok((Self { child, unit, entrance }, reader))
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
