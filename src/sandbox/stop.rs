//! Ending sandboxes: in good order while a supervisor lives, by their records when none does.

use std::fs;
use std::os::fd::AsFd;
use std::process::Command;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::Signal;

use super::cgroup::{self, Subgroup};
use super::record::ProcessId;
use super::{Estate, Sandbox, SandboxError, host};
use crate::os::child::{Limits, run};

/// How long a supervisor may take to end its payload and itself.
const LIMIT: Duration = Duration::from_secs(20);

/// The sockets that are there while a supervisor is.
const ANSWERING: [&str; 3] = ["control", "notify", "ready"];

/// Something of ours that nobody owns any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    /// The sandbox it belonged to.
    pub name: String,
    /// What is left of it.
    pub what: String,
}

impl Sandbox {
    /// Switches it off, in good order where its root is kept, and leaves nothing running; the learner's root stays.
    pub fn stop(&self) -> Result<(), SandboxError> {
        self.end_supervisor();
        // Without the lock, a start that begins now would find half of it.
        let Some(_lock) = self.lock_lifecycle_if_exists()? else { return Ok(()) };
        self.sweep()
    }

    fn end_supervisor(&self) {
        // Found by its lock and not by the record, so that a damaged record keeps nothing alive.
        let supervisor = self.supervisor_pid().and_then(|pid| ProcessId::of(pid.as_raw_pid()));
        if let Some(process) = supervisor.and_then(ProcessId::open) {
            let _ = rustix::process::pidfd_send_signal(&process, Signal::TERM);
            let timeout = Timespec::try_from(LIMIT).unwrap_or_default();
            let _ = poll(&mut [PollFd::from_borrowed_fd(process.as_fd(), PollFlags::IN)], Some(&timeout));
        }
    }

    /// Ends it at once and deletes it: nobody comes back to what its services would save in a farewell.
    pub fn discard(&self) -> Result<(), SandboxError> {
        if let Ok(Some(record)) = self.record()
            && record.is_of_this_boot()
        {
            cgroup::kill(&record.cgroups, Some(Subgroup::Machine));
        }
        self.end_supervisor();
        let Some(_lock) = self.lock_lifecycle_if_exists()? else { return Ok(()) };
        self.sweep()?;
        self.remove()
    }

    /// Ends what a dead supervisor left behind, as its record names it. Does nothing to a sandbox that is in order.
    pub fn sweep(&self) -> Result<(), SandboxError> {
        if !self.exists() {
            return Ok(());
        }
        let Ok(Some(record)) = self.record() else { return Ok(()) };
        if record.is_of_this_boot() {
            // Every control group has a random mark in its name: what is in it now is what was put in it then.
            cgroup::kill(&record.cgroups, None);
            if let Some(service) = &record.service {
                // The service has TimeoutStopSec=15.
                let limits = Limits { time: Duration::from_secs(60), stdout: 64 << 10 };
                let _ = run(Command::new("systemctl").args(["--quiet", "stop", "--", service]), b"", limits);
            }
            cgroup::remove(&record.cgroups);
        }
        self.remove_runtime_files();
        if record.ephemeral { self.remove() } else { Ok(()) }
    }

    /// What a dead supervisor left of it; none when it is in order, or runs.
    fn leftover(&self) -> Option<Leftover> {
        if self.is_running() {
            return None;
        }
        let leftover = |what: &str| Some(Leftover { name: self.name().to_owned(), what: what.to_owned() });
        match self.record() {
            Err(_) if self.has_root() => leftover("a damaged record, beside somebody's work,"),
            Err(_) => leftover("a damaged record"),
            Ok(None) => leftover("a folder without a record"),
            Ok(Some(record)) if record.is_of_this_boot() && record.cgroups.iter().any(|dir| dir.exists()) => {
                let alive = record.cgroups.iter().any(|dir| cgroup::is_populated(dir));
                leftover(if alive { "processes without their supervisor" } else { "empty control groups" })
            }
            Ok(Some(_)) if ANSWERING.iter().any(|name| self.dir().join(name).exists()) => {
                leftover("sockets without their supervisor")
            }
            Ok(Some(record)) if record.ephemeral => leftover("the folder of a sandbox that is gone"),
            Ok(Some(_)) => None,
        }
    }

    /// Removes what only a running supervisor answers at. Its mounts went with its mount namespace.
    pub(super) fn remove_runtime_files(&self) {
        for name in ANSWERING {
            let _ = fs::remove_file(self.dir().join(name));
        }
        let _ = fs::remove_file(self.program());
        let _ = fs::remove_dir_all(self.gate_dir());
    }

    /// Deletes the folder with everything in it. The sandbox must be stopped.
    pub fn remove(&self) -> Result<(), SandboxError> {
        host::remove_tree(self.dir()).map_err(SandboxError::file("cannot remove", self.dir()))
    }
}

impl Estate {
    /// What dead supervisors left behind.
    #[must_use]
    pub fn leftovers(&self) -> Vec<Leftover> {
        let sandboxes = self.sandboxes().into_iter();
        sandboxes.filter(|sandbox| !sandbox.is_lifecycle_locked()).filter_map(|sandbox| sandbox.leftover()).collect()
    }

    /// Ends and removes all leftovers; what could not be swept stays in the answer.
    #[must_use]
    pub fn sweep(&self) -> Vec<Leftover> {
        self.sweep_where(|_| true);
        self.leftovers()
    }

    /// Like [`Estate::sweep`], but keeps a root whose record cannot be read: no user asked for its removal.
    pub(super) fn sweep_dead(&self) {
        self.sweep_where(|sandbox| sandbox.record().is_ok() || !sandbox.has_root());
    }

    fn sweep_where(&self, may: impl Fn(&Sandbox) -> bool) {
        for leftover in self.leftovers() {
            let sandbox = self.sandbox(&leftover.name);
            // It may have been started since it was listed: look again while nobody else can start it.
            let Ok(Some(_lock)) = sandbox.try_lock_lifecycle() else { continue };
            if sandbox.leftover().is_some() && may(&sandbox) {
                // A folder whose record tells nothing can only be removed: there is no process to find by it.
                let _ = if matches!(sandbox.record(), Ok(Some(_))) { sandbox.sweep() } else { sandbox.remove() };
            }
        }
    }
}
