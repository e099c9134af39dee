//! Starts a supervisor: as a child process, or as a transient service where the host's PID 1 is systemd.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::cgroup::{MEMORY, TASKS};
use super::places::Place;
use super::protocol::SuperviseRequest;
use super::record::ProcessId;
use super::{Estate, Plan, Sandbox, SandboxError, descriptors, host};
use crate::os::child::{ChildError, Limits, Outcome, run};
use crate::os::{SEARCH_PATH, Software, frame};

/// From the supervisor's start to its answer. The supervisor gives up on a boot before that.
pub(super) const LAUNCH_LIMIT: Duration = Duration::from_secs(90);

/// A supervisor that was started.
pub(super) enum Started {
    Child(Child),
    /// The name of the transient service.
    Service(String),
}

/// Starts it and sends its request. The stream is the connection to it, if it got that far.
pub(super) fn start(
    estate: &Estate,
    sandbox: &Sandbox,
    plan: &Plan,
    place: &Place,
) -> Result<(Started, Option<UnixStream>), SandboxError> {
    // A supervisor lives long: it must not hold open what a caller leaked to this process.
    descriptors::set_cloexec_on_all()?;
    // What an earlier supervisor logged is no longer true.
    let _ = fs::remove_file(sandbox.log());
    let mut request = SuperviseRequest {
        estate: estate.root().to_owned(),
        name: sandbox.name().to_owned(),
        service: None,
        plan: plan.clone(),
    };
    let (started, mut stream) = if host::has_systemd() {
        let (unit, stream) = start_service(sandbox, &plan.program)?;
        request.service = Some(unit.clone());
        (Started::Service(unit), stream)
    } else {
        let (child, stream) = start_child(sandbox, &plan.program)?;
        (Started::Child(child), Some(stream))
    };
    if let Some(stream) = &mut stream {
        let _ = stream.set_read_timeout(Some(LAUNCH_LIMIT));
        let _ = stream.set_write_timeout(Some(LAUNCH_LIMIT));
        // If it is dead, reading its answer fails too, and then the reason is looked for.
        let _ = frame(&request).and_then(|message| place.send_with(stream, &message));
    }
    Ok((started, stream))
}

fn start_child(sandbox: &Sandbox, program: &Path) -> Result<(Child, UnixStream), SandboxError> {
    let fail = || SandboxError::system("cannot start the sandbox's supervisor");
    let log = sandbox.log();
    let stderr = OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(0o600)
        .open(&log)
        .map_err(SandboxError::file("cannot write", &log))?;
    let (ours, theirs) = UnixStream::pair().map_err(fail())?;
    let mut command = Command::new(program);
    let number = descriptors::hand_over(&mut command, theirs.into());
    command
        .args(["supervise", "--fd", &number.to_string()])
        .env_clear()
        .env("PATH", SEARCH_PATH)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(stderr)
        .process_group(0);
    // Returning drops the command, and with it this process's copy of the supervisor's end.
    Ok((command.spawn().map_err(fail())?, ours))
}

/// A service of the host's systemd inherits no descriptor of ours, so it connects to a socket in the sandbox's directory.
fn start_service(sandbox: &Sandbox, program: &Path) -> Result<(String, Option<UnixStream>), SandboxError> {
    let socket = sandbox.supervisor_socket();
    let _ = fs::remove_file(&socket);
    let listener = UnixListener::bind(&socket).map_err(SandboxError::file("cannot listen on", &socket))?;
    let unit = format!("unitlab-{}-{}.service", sandbox.name(), host::random_id());
    let mut stderr = OsString::from("StandardError=file:");
    stderr.push(sandbox.log());
    let mut command = Software::SystemdRun.command()?;
    command
        .args(["--quiet", "--collect", "--service-type=exec", "--description=unitlab sandbox"])
        .arg(format!("--unit={unit}"))
        .args(["-p", "Delegate=yes", "-p", "KillMode=mixed", "-p", "TimeoutStopSec=15"])
        .args(["-p", &format!("TasksMax={}", TASKS + 256), "-p", &format!("MemoryMax={}", MEMORY + (256 << 20))])
        .arg("-p")
        .arg(stderr)
        .arg("--")
        .arg(program)
        .args(["supervise", "--socket"])
        .arg(&socket);
    let outcome = ask_host(&mut command).map_err(SandboxError::system("cannot run systemd-run"))?;
    if !outcome.status.success() {
        let stderr = String::from_utf8_lossy(&outcome.stderr);
        let why = stderr.lines().next().unwrap_or("systemd-run failed and printed no reason").to_owned();
        return Err(SandboxError::Boot { name: sandbox.name().to_owned(), why });
    }
    let stream = accept(&listener, main_process(&unit).as_ref());
    let _ = fs::remove_file(&socket);
    Ok((unit, stream))
}

/// Waits until the supervisor connects; none if it dies before that, or after the limit.
fn accept(listener: &UnixListener, process: Option<&OwnedFd>) -> Option<UnixStream> {
    // One that is dead already may have connected before it died.
    let limit = if process.is_some() { LAUNCH_LIMIT } else { Duration::ZERO };
    let timeout = Timespec::try_from(limit).ok()?;
    let mut fds = vec![PollFd::from_borrowed_fd(listener.as_fd(), PollFlags::IN)];
    fds.extend(process.map(|fd| PollFd::from_borrowed_fd(fd.as_fd(), PollFlags::IN)));
    poll(&mut fds, Some(&timeout)).ok()?;
    let connects = fds[0].revents().contains(PollFlags::IN);
    connects.then(|| listener.accept().ok().map(|(stream, _)| stream)).flatten()
}

fn main_process(unit: &str) -> Option<OwnedFd> {
    let mut systemctl = Software::Systemctl.command().ok()?;
    let show = ask_host(systemctl.args(["show", "--property=MainPID", "--value", "--", unit]));
    let pid = String::from_utf8_lossy(&show.ok()?.stdout).trim().parse().ok().filter(|pid| *pid > 0)?;
    ProcessId::of(pid)?.open()
}

/// The last lines of a unit in the host's journal.
fn last_lines_of(unit: &str) -> Option<String> {
    let mut journalctl = Software::Journalctl.command().ok()?;
    journalctl.args(["--quiet", "--no-pager", "--output=cat", "--lines=20", "--unit", unit]);
    Some(String::from_utf8_lossy(&ask_host(&mut journalctl).ok()?.stdout).into_owned())
}

/// Runs a program that asks the host's systemd; it answers at once, or starts one service.
fn ask_host(command: &mut Command) -> Result<Outcome, ChildError> {
    run(command, b"", Limits { time: Duration::from_secs(30), stdout: 1 << 20 })
}

impl Started {
    /// Why the supervisor gave no answer: its last log line, else what the host's systemd reports about it.
    pub(super) fn failure(&mut self, sandbox: &Sandbox) -> String {
        if let Some(line) = sandbox.last_log_line() {
            return line;
        }
        match self {
            Self::Child(child) => match child.try_wait() {
                Ok(Some(status)) => format!("its supervisor exited and logged nothing ({status})"),
                _ => format!("its supervisor gave no answer within {} s", LAUNCH_LIMIT.as_secs()),
            },
            Self::Service(unit) => {
                // The journal may not have stored yet what PID 1 has just logged about the service.
                if let Ok(mut sync) = Software::Journalctl.command() {
                    sync.arg("--sync");
                    let _ = run(&mut sync, b"", Limits { time: Duration::from_secs(5), stdout: 1 << 10 });
                }
                let journal = last_lines_of(unit).unwrap_or_default();
                let line =
                    journal.lines().rev().find(|line| line.contains("process exited") || line.contains("killed"));
                let line = line.map(|line| line.rsplit(": ").next().unwrap_or(line));
                let what = line.unwrap_or("its supervisor gave no answer");
                format!("{what}; see `journalctl -u {unit}`")
            }
        }
    }
}
