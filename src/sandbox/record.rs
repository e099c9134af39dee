//! The record of a sandbox, `record.json`: written before anything is started, and compared before anything is killed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::{Pid, PidfdFlags};
use serde::{Deserialize, Serialize};

use super::{SandboxError, cgroup};
use crate::os::replace::{Permissions, TemporaryName, replace};

/// The state of a sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Phase {
    /// Its root is being made, or its payload boots.
    Starting,
    Up,
    Rebooting,
    /// Its supervisor has shut it down and cleaned up.
    Stopped,
}

/// A process, by pid and start time, because the kernel reuses pids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProcessId {
    pub pid: i32,
    /// Clock ticks since boot (`/proc/PID/stat`, field 22).
    pub start: u64,
}

impl ProcessId {
    /// The process that has this pid now; none if there is none.
    pub(super) fn of(pid: i32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The command name may contain spaces and brackets, so count the fields after the last bracket.
        let fields = stat.rsplit_once(')')?.1.split_ascii_whitespace();
        Some(Self { pid, start: fields.into_iter().nth(19)?.parse().ok()? })
    }

    /// Opens the process if it is still the same one.
    pub(super) fn open(self) -> Option<rustix::fd::OwnedFd> {
        let fd = rustix::process::pidfd_open(Pid::from_raw(self.pid)?, PidfdFlags::empty()).ok()?;
        (Self::of(self.pid)? == self).then_some(fd)
    }

    /// Whether it still exists.
    pub(super) fn is_alive(self) -> bool {
        Self::of(self.pid) == Some(self)
    }
}

/// The record of one sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    pub(super) version: u32,
    pub(super) name: String,
    pub(super) lab: String,
    pub(super) owner: u32,
    pub(super) owner_gid: u32,
    /// The supervisor's own copy of unitlab.
    pub(super) program: PathBuf,
    #[serde(rename = "stage")]
    pub(super) phase: Phase,
    /// The host's boot id. No process of a record from another boot can be alive.
    pub(super) boot_id: String,
    pub(super) started_at: String,
    /// The first of the 65536 host uids and gids that the payload's accounts are mapped to.
    pub(super) base: u32,
    /// The OS tree that `/usr` and `/etc` come from; `/` for the host's own.
    pub(super) os_tree: PathBuf,
    /// Its root is on a tmpfs and is deleted with it.
    pub(super) ephemeral: bool,
    pub(super) supervisor: Option<ProcessId>,
    pub(super) leader: Option<ProcessId>,
    /// The absolute paths of its control groups on the host.
    pub(super) cgroups: Vec<PathBuf>,
    /// The unit of the host's systemd that the supervisor runs in; none on a host without systemd.
    pub(super) service: Option<String>,
    /// Milliseconds that its fresh root took to boot on this machine; none until it has booted.
    #[serde(default)]
    pub(super) boot_ms: Option<u64>,
}

impl Record {
    pub(super) const VERSION: u32 = 1;

    /// The id of its lab.
    #[must_use]
    pub fn lab(&self) -> &str {
        &self.lab
    }

    /// Uid of the learner.
    #[must_use]
    pub fn owner(&self) -> u32 {
        self.owner
    }

    /// The OS tree that it boots; `/` for the host's own.
    #[must_use]
    pub fn os_tree(&self) -> &Path {
        &self.os_tree
    }

    /// The CPU time of all its processes so far; zero if it is stopped, or if the kernel does not count it.
    #[must_use]
    pub fn cpu_time(&self) -> Duration {
        cgroup::cpu_time(&self.cgroups)
    }

    /// Whether it was written since the host booted.
    pub(super) fn is_of_this_boot(&self) -> bool {
        self.boot_id == boot_id()
    }

    pub(super) fn read(path: &Path) -> Result<Option<Self>, SandboxError> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(SandboxError::file("cannot read", path)(error)),
        };
        Self::parse(&text).map(Some).map_err(|why| SandboxError::Record { path: path.to_owned(), why })
    }

    /// The error says why the text is not a record of this version of unitlab.
    fn parse(text: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Format {
            version: u32,
        }
        // Another version may have other fields, so read the version on its own first.
        let Format { version } = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if version != Self::VERSION {
            return Err(format!("it has format {version}, and this unitlab reads format {}", Self::VERSION));
        }
        serde_json::from_str(text).map_err(|error| format!("another version of unitlab may have written it: {error}"))
    }

    pub(super) fn write(&self, path: &Path) -> Result<(), SandboxError> {
        let fail = || SandboxError::file("cannot write", path);
        let text = serde_json::to_vec_pretty(self).map_err(|error| fail()(error.into()))?;
        let (Some(dir), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(fail()(io::ErrorKind::InvalidInput.into()));
        };
        let dir = fs::File::open(dir).map_err(fail())?;
        replace(dir, name, &text, TemporaryName::Fixed("record.new"), Permissions::OfReplaced).map_err(fail())
    }
}

pub(super) fn boot_id() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::Record;

    #[test]
    fn a_record_of_another_version_is_an_error_that_says_so() {
        for (text, expected) in [
            (r#"{"version": 2, "volumes": []}"#, "it has format 2, and this unitlab reads format 1"),
            (r#"{"version": 1, "name": "a"}"#, "another version of unitlab may have written it: missing field `lab`"),
            (
                r#"{"version": 1, "volumes": []}"#,
                "another version of unitlab may have written it: unknown field `volumes`",
            ),
            (r#"{"name": "a"}"#, "missing field `version`"),
            ("", "EOF while parsing a value"),
        ] {
            let why = Record::parse(text).unwrap_err();
            assert!(why.starts_with(expected), "{text}: {why}");
        }
    }
}
