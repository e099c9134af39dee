//! Stops sandboxes through their supervisors, and cleans up after supervisors that were killed.

use std::fs;
use std::os::fd::AsFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::Signal;

use super::cgroup::{self, Subgroup};
use super::record::ProcessId;
use super::{Estate, Sandbox, SandboxError, host};
use crate::os::Software;
use crate::os::child::{Limits, run};

/// The time that a supervisor gets to stop its payload and exit.
const STOP_LIMIT: Duration = Duration::from_secs(20);

/// The sockets on which a supervisor listens.
const SOCKETS: [&str; 3] = ["control", "notify", "ready"];

/// What a dead supervisor left behind of one sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    /// The sandbox's name.
    pub name: String,
    /// What is left, as a noun phrase.
    pub what: String,
}

impl Sandbox {
    /// Stops it, with an orderly shutdown if its root is kept. The root stays.
    pub fn stop(&self) -> Result<(), SandboxError> {
        self.stop_supervisor();
        // Without the lock, a start at the same time would find files that are being removed.
        let Some(_lock) = self.lock_lifecycle_if_exists()? else { return Ok(()) };
        self.sweep()
    }

    fn stop_supervisor(&self) {
        // The lock names the supervisor, so that it is stopped even if the record is damaged.
        let supervisor = self.supervisor_pid().and_then(|pid| ProcessId::of(pid.as_raw_pid()));
        if let Some(process) = supervisor.and_then(ProcessId::open) {
            let _ = rustix::process::pidfd_send_signal(&process, Signal::TERM);
            let timeout = Timespec::try_from(STOP_LIMIT).unwrap_or_default();
            let _ = poll(&mut [PollFd::from_borrowed_fd(process.as_fd(), PollFlags::IN)], Some(&timeout));
        }
    }

    /// Kills it and deletes it, without an orderly shutdown: its root is not used again.
    pub(crate) fn discard(&self) -> Result<(), SandboxError> {
        if let Ok(Some(record)) = self.record()
            && record.is_of_this_boot()
        {
            cgroup::kill(&record.cgroups, Some(Subgroup::Machine));
        }
        self.stop_supervisor();
        let Some(_lock) = self.lock_lifecycle_if_exists()? else { return Ok(()) };
        self.sweep()?;
        self.remove()
    }

    /// Kills and removes what a dead supervisor left behind, as the record names it. Call it with the lifecycle lock, and not
    /// while a supervisor runs.
    pub fn sweep(&self) -> Result<(), SandboxError> {
        if !self.exists() {
            return Ok(());
        }
        let Ok(Some(record)) = self.record() else { return Ok(()) };
        if record.is_of_this_boot() {
            // The names of the control groups have a random part, so these are the sandbox's own and not later ones.
            cgroup::kill(&record.cgroups, None);
            if let Some(service) = &record.service {
                // The service has TimeoutStopSec=15.
                let limits = Limits { time: Duration::from_secs(60), stdout: 64 << 10 };
                if let Ok(mut systemctl) = Software::Systemctl.command() {
                    let _ = run(systemctl.args(["--quiet", "stop", "--", service]), b"", limits);
                }
            }
            cgroup::remove(&record.cgroups);
        }
        self.remove_runtime_files();
        if record.ephemeral { self.remove() } else { Ok(()) }
    }

    /// What a dead supervisor left behind; none if that is nothing, or if the sandbox runs.
    fn leftover(&self) -> Option<Leftover> {
        if self.is_running() {
            return None;
        }
        let leftover = |what: &str| Some(Leftover { name: self.name().to_owned(), what: what.to_owned() });
        match self.record() {
            Err(_) if self.has_root() => leftover("a damaged record, next to a learner's work,"),
            Err(_) => leftover("a damaged record"),
            Ok(None) => leftover("a directory without a record"),
            Ok(Some(record)) if record.is_of_this_boot() && record.cgroups.iter().any(|dir| dir.exists()) => {
                let alive = record.cgroups.iter().any(|dir| cgroup::is_populated(dir));
                leftover(if alive { "processes without their supervisor" } else { "empty control groups" })
            }
            Ok(Some(_)) if SOCKETS.iter().any(|name| self.dir().join(name).exists()) => {
                leftover("sockets without their supervisor")
            }
            Ok(Some(record)) if record.ephemeral => leftover("the directory of a stopped temporary sandbox"),
            Ok(Some(_)) => None,
        }
    }

    /// Removes the files that exist only while a supervisor runs. The kernel has removed its mounts with its mount namespace.
    pub(super) fn remove_runtime_files(&self) {
        for name in SOCKETS {
            let _ = fs::remove_file(self.dir().join(name));
        }
        let _ = fs::remove_file(self.program());
        let _ = fs::remove_dir_all(self.gate_dir());
    }

    /// Deletes its directory. The sandbox must be stopped.
    pub fn remove(&self) -> Result<(), SandboxError> {
        host::remove_tree(self.dir()).map_err(SandboxError::file("cannot remove", self.dir()))
    }
}

impl Estate {
    /// What dead supervisors left behind, of all sandboxes.
    #[must_use]
    pub fn leftovers(&self) -> Vec<Leftover> {
        let sandboxes = self.sandboxes().into_iter();
        sandboxes.filter(|sandbox| !sandbox.is_lifecycle_locked()).filter_map(|sandbox| sandbox.leftover()).collect()
    }

    /// Kills and removes all leftovers. Returns those that remain.
    #[must_use]
    pub fn sweep(&self) -> Vec<Leftover> {
        self.sweep_where(|_| true);
        self.leftovers()
    }

    /// Like [`Estate::sweep`], but keeps a root whose record cannot be read, because no user has asked for its removal.
    pub(super) fn sweep_dead(&self) {
        self.sweep_where(|sandbox| sandbox.record().is_ok() || !sandbox.has_root());
    }

    fn sweep_where(&self, condition: impl Fn(&Sandbox) -> bool) {
        for leftover in self.leftovers() {
            let sandbox = self.sandbox(&leftover.name);
            // It may have been started since it was listed. Look again under the lock.
            let Ok(Some(_lock)) = sandbox.try_lock_lifecycle() else { continue };
            if sandbox.leftover().is_some() && condition(&sandbox) {
                // Without a readable record there is no process to find, so only the directory is removed.
                let _ = if matches!(sandbox.record(), Ok(Some(_))) { sandbox.sweep() } else { sandbox.remove() };
            }
        }
    }
}
