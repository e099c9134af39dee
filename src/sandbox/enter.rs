//! Becoming root inside a sandbox: its namespaces, its control groups, none of the host's descriptors,
//! no terminal of the caller's, and none of the caller's keys.
//!
//! This runs in a process of its own (`unitlab enter`), which was started for this alone: namespaces can only be
//! joined by a process with one thread, and nothing of the caller's memory or environment comes along.

use std::fs;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};

use rustix::process::DumpableBehavior;
use rustix::thread::{ThreadNameSpaceType, move_into_thread_name_spaces};

use super::SandboxError;
use super::cgroup;
use super::record::ProcessId;

/// Whom to join, and how.
#[derive(Debug, Clone, Copy)]
pub struct EnterArgs {
    /// Pid of the payload's PID 1, as the host counts.
    pub pid: i32,
    /// Its start time, so that a later process with that pid is not taken for it.
    pub start: u64,
    /// Standard input is a pseudo-terminal made for this: it becomes the controlling terminal.
    pub terminal: bool,
}

/// Joins a payload. From here on this process is its root, and nobody on the host.
pub fn enter(args: &EnterArgs) -> Result<(), SandboxError> {
    super::descriptors::keep_to_ourselves()?;
    let gone = || SandboxError::System {
        action: "cannot enter the sandbox".into(),
        source: std::io::Error::new(std::io::ErrorKind::NotFound, "its PID 1 is gone"),
    };
    let leader = ProcessId { pid: args.pid, start: args.start };
    let process = leader.open().ok_or_else(gone)?;
    // A controlling terminal comes along into every namespace, and whoever runs there opens it as /dev/tty.
    rustix::process::setsid().map_err(SandboxError::system("cannot start a session"))?;
    super::descriptors::leave_keys_behind()?;
    if args.terminal {
        rustix::process::ioctl_tiocsctty(std::io::stdin())
            .map_err(SandboxError::system("cannot take the terminal for controlling one"))?;
    }
    // Its limits and its end shall be ours, before anything else is.
    let membership = fs::read_to_string(format!("/proc/{}/cgroup", args.pid)).map_err(|_| gone())?;
    for dir in cgroup::memberships(&membership, &cgroup::hierarchies()) {
        cgroup::join(&dir)?;
    }
    let fail = || SandboxError::system("cannot enter the sandbox's namespaces");
    // The payload's root must not be able to look into a process that was on the host a moment ago.
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(fail())?;
    rustix::thread::set_thread_groups(&[]).map_err(fail())?;
    let all = ThreadNameSpaceType::USER
        | ThreadNameSpaceType::MOUNT
        | ThreadNameSpaceType::PROCESS_ID
        | ThreadNameSpaceType::NETWORK
        | ThreadNameSpaceType::INTER_PROCESS_COMMUNICATION
        | ThreadNameSpaceType::HOST_NAME_AND_NIS_DOMAIN_NAME
        | ThreadNameSpaceType::CONTROL_GROUP;
    move_into_thread_name_spaces(process.as_fd(), all).map_err(fail())?;
    let (uid, gid) = (rustix::process::Uid::ROOT, rustix::process::Gid::ROOT);
    rustix::thread::set_thread_res_gid(gid, gid, gid).map_err(fail())?;
    rustix::thread::set_thread_res_uid(uid, uid, uid).map_err(fail())?;
    std::env::set_current_dir("/").map_err(SandboxError::system("cannot enter the sandbox's root"))
}

/// Where the payload's own programs are found.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Runs a program through the payload's own manager, or without it when its bus is dead. Only after [`enter`].
pub fn run_inside(through_manager: &[String], directly: &[String]) -> Result<ExitStatus, SandboxError> {
    let bus_lives = UnixStream::connect("/run/dbus/system_bus_socket").is_ok();
    let argv = if bus_lives { through_manager } else { directly };
    let Some((program, words)) = argv.split_first() else {
        return Ok(ExitStatus::from_raw(0));
    };
    let mut command = Command::new(program);
    command.args(words).env_clear().env("PATH", PATH).env("HOME", "/root").env("SYSTEMD_PAGER", "");
    for name in ["TERM", "LANG", "COLORTERM", "NO_COLOR"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command.status().map_err(SandboxError::system(format!("cannot run {program} in the sandbox")))
}
