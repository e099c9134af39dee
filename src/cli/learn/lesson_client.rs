//! The client of the lesson host: sends requests, and returns its events.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;

use crate::app::{Error, LessonEvent, LessonRequest, Workspace};
use crate::engine::session::{Event, SandboxStatus};
use crate::os::SelfCommand;
use crate::sandbox::{self, RootChild};

/// Starts the lesson host with the first request.
pub(super) struct LessonClient {
    host_command: SelfCommand,
    host: Option<RootChild>,
    /// Requests for after sudo has the password.
    waiting: Vec<LessonRequest>,
}

/// What became of a request.
pub(super) enum Sent {
    /// The host has it.
    Delivered,
    /// The host was started and has it.
    Started,
    /// The host cannot be started until sudo has a password.
    NeedsPassword,
    /// There will be no sandbox, for this reason.
    Failed(String),
}

impl LessonClient {
    /// `os_tree` is the OS tree that the sandboxes boot on, if not the host's.
    pub(super) fn new(workspace: &Workspace, os_tree: Option<&Path>) -> Result<Self, Error> {
        let host_command = workspace.self_command()?.arg("lesson-host");
        let host_command = match os_tree {
            Some(tree) => host_command.option("--os-tree", tree),
            None => host_command,
        };
        Ok(Self { host_command, host: None, waiting: Vec::new() })
    }

    pub(super) fn send(&mut self, request: LessonRequest) -> Sent {
        let mut sent = Sent::Delivered;
        if self.host.is_none() {
            match RootChild::start(&self.host_command) {
                Ok(Some(host)) => {
                    self.host = Some(host);
                    sent = Sent::Started;
                }
                Ok(None) => {
                    self.waiting = vec![request];
                    return Sent::NeedsPassword;
                }
                Err(error) => return Sent::Failed(error.to_string()),
            }
        }
        if self.host.as_mut().is_some_and(|host| host.send(&request).is_err()) {
            self.host = None;
            return Sent::Failed("the sandbox has stopped without a message".to_owned());
        }
        sent
    }

    /// Lets sudo ask for the password on our terminal; returns the requests that waited for it.
    pub(super) fn ask_password(&mut self) -> Result<Vec<LessonRequest>, Error> {
        use io::Write as _;
        let _ = writeln!(io::stderr(), "unitlab: booting a sandbox needs root; sudo asks for this step alone");
        let unlocked = sandbox::ask_sudo_password();
        let waiting = std::mem::take(&mut self.waiting);
        unlocked.map(|()| waiting).map_err(Error::from)
    }

    /// Forgets the requests that wait for the password.
    pub(super) fn forget_waiting(&mut self) {
        self.waiting.clear();
    }

    /// Readable when the host has sent events; `None` while there is no host.
    pub(super) fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.host.as_ref().map(AsFd::as_fd)
    }

    /// Returns the events that have arrived.
    pub(super) fn receive(&mut self) -> Vec<Event> {
        let Some(host) = &mut self.host else { return Vec::new() };
        let Some(events) = host.receive() else {
            self.host = None;
            return vec![Event::Sandbox(SandboxStatus::Unavailable { why: "the sandbox has stopped".to_owned() })];
        };
        events
            .into_iter()
            .map(|event| match event {
                LessonEvent::Booting => Event::Sandbox(SandboxStatus::Booting),
                LessonEvent::Up { systemd } => Event::Sandbox(SandboxStatus::Running { systemd }),
                LessonEvent::BootFailed { why } => Event::Sandbox(SandboxStatus::Unavailable { why }),
                LessonEvent::Output { text } => Event::Output(text),
                LessonEvent::Exited { code } => Event::Exited(code),
            })
            .collect()
    }
}
