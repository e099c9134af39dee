//! Becomes root inside a sandbox: joins its namespaces and control groups, and keeps none of the host's descriptors, no
//! terminal and no keyring of the caller.
//!
//! This is a process of its own (`unitlab enter`): only a process with one thread can join these namespaces, and the
//! caller's memory and environment must not come along.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::fd::{AsFd, RawFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};

use rustix::process::DumpableBehavior;
use rustix::thread::{ThreadNameSpaceType, move_into_thread_name_spaces};

use super::protocol::{EnterRequest, EnterTask, Program, receive};
use super::{SandboxError, cgroup, descriptors};

/// Reads the request from an inherited descriptor and joins the payload: from here on this process is root inside, and
/// an unprivileged uid on the host. Returns the task to do there, and the bytes that followed the request.
pub(crate) fn enter(number: RawFd) -> Result<(EnterTask, Vec<u8>), SandboxError> {
    descriptors::set_cloexec_on_all()?;
    let fail = || SandboxError::system("cannot read what to do in the sandbox");
    let mut file = File::from(descriptors::inherited(number)?);
    let request: Option<EnterRequest> = receive(&mut file).map_err(fail())?;
    let mut contents = Vec::new();
    file.read_to_end(&mut contents).map_err(fail())?;
    drop(file);
    let request = request.ok_or_else(|| fail()(io::Error::from(io::ErrorKind::UnexpectedEof)))?;
    join(&request)?;
    Ok((request.task, contents))
}

fn join(request: &EnterRequest) -> Result<(), SandboxError> {
    let gone = || SandboxError::System {
        action: "cannot enter the sandbox".into(),
        source: io::Error::new(io::ErrorKind::NotFound, "its PID 1 is gone"),
    };
    let process = request.leader.open().ok_or_else(gone)?;
    // A process inside could open the caller's controlling terminal as /dev/tty, in whatever namespace.
    rustix::process::setsid().map_err(SandboxError::system("cannot start a session"))?;
    descriptors::join_empty_session_keyring()?;
    if request.terminal {
        rustix::process::ioctl_tiocsctty(io::stdin())
            .map_err(SandboxError::system("cannot make the terminal the controlling terminal"))?;
    }
    // Join the control groups first, so that the sandbox's limits apply and stopping it kills this process too.
    let membership = fs::read_to_string(format!("/proc/{}/cgroup", request.leader.pid)).map_err(|_| gone())?;
    for dir in cgroup::memberships(&membership, &cgroup::hierarchies()) {
        cgroup::join(&dir)?;
    }
    let fail = || SandboxError::system("cannot enter the sandbox's namespaces");
    // Root inside must not be able to read a process that was on the host a moment ago.
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

/// Where the payload's programs are found.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Runs a program through the payload's manager, or directly if its message bus is dead. Call [`enter`] first.
pub(crate) fn run_inside(program: &Program) -> Result<ExitStatus, SandboxError> {
    let bus_lives = UnixStream::connect("/run/dbus/system_bus_socket").is_ok();
    let command_line = if bus_lives { &program.managed } else { &program.direct };
    let Some((path, args)) = command_line.split_first() else {
        return Ok(ExitStatus::from_raw(0));
    };
    let mut command = Command::new(path);
    command.args(args).env_clear().env("PATH", PATH).env("HOME", "/root").env("SYSTEMD_PAGER", "");
    for name in ["TERM", "LANG", "COLORTERM", "NO_COLOR"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command.status().map_err(SandboxError::system(format!("cannot run {path} in the sandbox")))
}
