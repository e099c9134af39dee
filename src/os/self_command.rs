//! The command line that starts this program again, as another process.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::software::SEARCH_PATH;

/// This program and its arguments, without a shell. Start it with [`SelfCommand::command`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SelfCommand {
    program: PathBuf,
    args: Vec<OsString>,
}

impl SelfCommand {
    /// The program file of this process.
    pub(crate) fn current() -> io::Result<Self> {
        Ok(Self::at(std::env::current_exe()?))
    }

    /// Another copy of this program, such as the one that supervises a sandbox.
    pub(crate) fn at(program: impl Into<PathBuf>) -> Self {
        Self { program: program.into(), args: Vec::new() }
    }

    pub(crate) fn program(&self) -> &Path {
        &self.program
    }

    pub(crate) fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    pub(crate) fn args(mut self, args: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Appends an option and its value as two arguments.
    pub(crate) fn option(self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.arg(name).arg(value.as_ref())
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.args);
        command
    }

    /// The same under sudo(8), with sudo's own options first: `sudo -n -- unitlab …`.
    pub(crate) fn under_sudo(&self, sudo: &Path, options: &[&str]) -> Command {
        let mut command = Command::new(sudo);
        command.args(options).arg("--").arg(&self.program).args(&self.args);
        command
    }

    /// Starts it with one end of a socket pair as standard input and returns the other end. Its environment holds only
    /// a safe `PATH` and `LANG`; it writes nothing to standard output, and its standard error is ours.
    pub(crate) fn spawn_with_socket(&self) -> io::Result<(Child, UnixStream)> {
        let (ours, theirs) = UnixStream::pair()?;
        let mut command = self.command();
        command.env_clear().env("PATH", SEARCH_PATH).env("LANG", "C.UTF-8");
        command.stdin(OwnedFd::from(theirs)).stdout(Stdio::null());
        Ok((command.spawn()?, ours))
    }
}
