//! Starting a supervisor, and waiting until the payload is up.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde::{Deserialize, Serialize};

use super::cgroup::{MEMORY, TASKS};
use super::record::ProcessId;
use super::{Estate, Phase, Record, Sandbox, SandboxError, host};
use crate::os::child::{ChildError, Limits, Outcome, run};

/// What a sandbox is made for and from.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The lab, shown in the prompt.
    pub lab: String,
    /// Uid of the person whose it is.
    pub owner: u32,
    /// Gid of that person.
    pub owner_gid: u32,
    /// Where the root comes from.
    pub source: RootSource,
    /// The OS tree whose `/usr` and `/etc` it boots on; `/` for the host's.
    pub os_tree: PathBuf,
    /// The unitlab that supervises it.
    pub program: PathBuf,
    /// Data for the gate service, which answers requests from inside; opaque here.
    pub for_gate: serde_json::Value,
}

/// Where a sandbox's root comes from, and where it lives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum RootSource {
    /// On disk: booted again, or made when it is not there yet.
    Keep,
    /// Made on a tmpfs, and gone with the sandbox.
    Fresh,
    /// A copy of a running sandbox's root on a tmpfs: its twin.
    CopyOf(String),
}

/// From the supervisor's start to its answer; the supervisor itself gives up on a boot before that.
const LAUNCH_LIMIT: Duration = Duration::from_secs(90);

/// Ties a sandbox to the process that asked for it: when this is dropped, or the process dies, the sandbox ends.
#[derive(Debug)]
pub struct Lease(UnixStream);

/// What a holder writes to let its sandbox live on.
pub(super) const KEEP: &[u8] = b"keep\n";

impl Lease {
    /// Lets the sandbox live on by itself.
    pub fn keep(mut self) -> Result<(), SandboxError> {
        self.0.write_all(KEEP).map_err(SandboxError::system("cannot speak to the sandbox's supervisor"))
    }
}

/// Boots a sandbox, and returns its record once the payload is up.
pub fn launch(estate: &Estate, name: &str, plan: &Plan) -> Result<(Record, Lease), SandboxError> {
    estate.create()?;
    let sandbox = estate.sandbox(name);
    let refuse_if_running = || {
        let refusal = sandbox.is_running().then(|| SandboxError::AlreadyRunning { name: name.to_owned() });
        refusal.map_or(Ok(()), Err)
    };
    // Without this first look, a second start would wait until the first one has booted before it says so.
    refuse_if_running()?;
    // Two starts at once would sweep up each other's files.
    let _lock = sandbox.lock_lifecycle()?;
    refuse_if_running()?;
    sandbox.sweep()?;
    // Best-effort cleanup of dead sandboxes; `doctor` reports the rest.
    estate.sweep_dead();
    let result = launch_in(estate, &sandbox, plan);
    if result.is_err() {
        let _ = sandbox.sweep();
        if plan.source != RootSource::Keep {
            let _ = sandbox.remove();
        }
    }
    result
}

fn launch_in(estate: &Estate, sandbox: &Sandbox, plan: &Plan) -> Result<(Record, Lease), SandboxError> {
    let dir = sandbox.dir();
    let fail = |what| SandboxError::file(what, dir);
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(fail("cannot make"))?;
    let text = serde_json::to_vec_pretty(plan).map_err(|error| fail("cannot write")(error.into()))?;
    fs::write(dir.join("plan.json"), text).map_err(fail("cannot write the plan into"))?;
    let ready = dir.join("ready");
    let _ = fs::remove_file(&ready);
    let listener = UnixListener::bind(&ready).map_err(SandboxError::file("cannot listen on", &ready))?;
    let log = sandbox.log();
    let mut supervisor = start(estate, sandbox, &plan.program, &log)?;
    let answer = await_answer(&listener, supervisor.process().as_ref());
    let _ = fs::remove_file(&ready);
    match answer {
        Some((Answer::Up, stream)) => match sandbox.record()? {
            Some(record) => Ok((record, Lease(stream))),
            None => Err(SandboxError::NotRunning { name: sandbox.name().to_owned() }),
        },
        Some((Answer::Failed { why, next }, _)) if !next.is_empty() => {
            Err(SandboxError::Unsupported { what: why, next })
        }
        Some((Answer::Failed { why, .. }, _)) => Err(SandboxError::Boot { name: sandbox.name().to_owned(), why }),
        None => Err(SandboxError::Boot { name: sandbox.name().to_owned(), why: supervisor.last_log_line(sandbox) }),
    }
}

/// What a supervisor tells the one who started it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Answer {
    Up,
    Failed { why: String, next: String },
}

/// A supervisor that was started.
enum Started {
    /// A child of ours, where the host has no systemd.
    Child(Child),
    /// A transient service of the host's systemd.
    Service(String),
}

impl Started {
    /// The supervisor as a process; none when it is gone already.
    fn process(&self) -> Option<OwnedFd> {
        let pid = match self {
            Self::Child(child) => i32::try_from(child.id()).ok()?,
            Self::Service(unit) => {
                let show =
                    ask_host(Command::new("systemctl").args(["show", "--property=MainPID", "--value", "--", unit]));
                String::from_utf8_lossy(&show.ok()?.stdout).trim().parse().ok().filter(|pid| *pid > 0)?
            }
        };
        ProcessId::of(pid)?.open()
    }

    /// Why it gave no answer: what it said itself, else what the host's systemd has seen of it.
    fn last_log_line(&mut self, sandbox: &Sandbox) -> String {
        if let Some(said) = sandbox.last_log_line() {
            return said;
        }
        match self {
            Self::Child(child) => match child.try_wait() {
                Ok(Some(status)) => format!("its supervisor ended without a word ({status})"),
                _ => format!("its supervisor gave no answer within {} s", LAUNCH_LIMIT.as_secs()),
            },
            Self::Service(unit) => {
                let mut journalctl = Command::new("journalctl");
                journalctl.args(["--quiet", "--no-pager", "--output=cat", "--lines=20", "--unit", unit]);
                let journal = ask_host(&mut journalctl)
                    .map(|outcome| String::from_utf8_lossy(&outcome.stdout).into_owned())
                    .unwrap_or_default();
                let line =
                    journal.lines().rev().find(|line| line.contains("process exited") || line.contains("killed"));
                let line = line.map(|line| line.rsplit(": ").next().unwrap_or(line));
                let what = line.unwrap_or("its supervisor gave no answer");
                format!("{what}; see `journalctl -u {unit}`")
            }
        }
    }
}

impl Sandbox {
    fn log(&self) -> PathBuf {
        self.dir().join("log")
    }

    /// The last line that its supervisor wrote; none when it ended in good order, or without a word.
    #[must_use]
    pub fn last_log_line(&self) -> Option<String> {
        let said = fs::read(self.log()).ok()?;
        let said = String::from_utf8_lossy(&said);
        let line = said.lines().rev().find(|line| !line.trim().is_empty())?;
        Some(line.trim().trim_start_matches("unitlab: ").chars().filter(|c| !c.is_control()).take(300).collect())
    }
}

/// A child where the host has no systemd; there, a service of its own. Either way its words go to the log.
fn start(estate: &Estate, sandbox: &Sandbox, exe: &Path, log: &Path) -> Result<Started, SandboxError> {
    let fail = || SandboxError::system("cannot start the sandbox's supervisor");
    // A supervisor lives long: what a caller leaked to us, a pipe perhaps, must not stay open with it.
    super::descriptors::keep_to_ourselves()?;
    // The words of an earlier supervisor, which are no longer true.
    let _ = fs::remove_file(log);
    if host::has_systemd() {
        return start_service(estate, sandbox, exe, log);
    }
    let log = OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(0o600)
        .open(log)
        .map_err(SandboxError::file("cannot write", log))?;
    let child = Command::new(exe)
        .arg("supervise")
        .arg("--estate")
        .arg(estate.root())
        .arg(sandbox.name())
        .env_clear()
        .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .process_group(0)
        .spawn()
        .map_err(fail())?;
    Ok(Started::Child(child))
}

/// Runs a program that asks the host's systemd; it answers at once, or starts one service.
fn ask_host(command: &mut Command) -> Result<Outcome, ChildError> {
    run(command, b"", Limits { time: Duration::from_secs(30), stdout: 1 << 20 })
}

fn start_service(estate: &Estate, sandbox: &Sandbox, exe: &Path, log: &Path) -> Result<Started, SandboxError> {
    let unit = format!("unitlab-{}-{}.service", sandbox.name(), host::random_id());
    let mut log_to = OsString::from("StandardError=file:");
    log_to.push(log);
    let mut command = Command::new("systemd-run");
    command
        .args(["--quiet", "--collect", "--service-type=exec", "--description=unitlab sandbox"])
        .arg(format!("--unit={unit}"))
        .args(["-p", "Delegate=yes", "-p", "KillMode=mixed", "-p", "TimeoutStopSec=15"])
        .args(["-p", &format!("TasksMax={}", TASKS + 256), "-p", &format!("MemoryMax={}", MEMORY + (256 << 20))])
        .arg("-p")
        .arg(log_to)
        .arg("--")
        .arg(exe)
        .args(["supervise", "--service", &unit, "--estate"])
        .arg(estate.root())
        .arg(sandbox.name());
    let output = ask_host(&mut command).map_err(SandboxError::system("cannot run systemd-run"))?;
    if output.status.success() {
        return Ok(Started::Service(unit));
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let why = said.lines().next().unwrap_or("systemd-run failed without a word").to_owned();
    Err(SandboxError::Boot { name: sandbox.name().to_owned(), why })
}

/// Waits for the supervisor to call back, for its death, or for the limit.
fn await_answer(listener: &UnixListener, death: Option<&OwnedFd>) -> Option<(Answer, UnixStream)> {
    // One that is dead already may have called before it died.
    let limit = if death.is_some() { LAUNCH_LIMIT } else { Duration::ZERO };
    let timeout = Timespec::try_from(limit).ok()?;
    let mut waits = vec![PollFd::from_borrowed_fd(listener.as_fd(), PollFlags::IN)];
    waits.extend(death.map(|fd| PollFd::from_borrowed_fd(fd.as_fd(), PollFlags::IN)));
    poll(&mut waits, Some(&timeout)).ok()?;
    if !waits[0].revents().contains(PollFlags::IN) {
        return None;
    }
    let (stream, _) = listener.accept().ok()?;
    stream.set_read_timeout(Some(LAUNCH_LIMIT)).ok()?;
    let mut line = String::new();
    BufReader::new((&stream).take(64 * 1024)).read_line(&mut line).ok()?;
    Some((serde_json::from_str(&line).ok()?, stream))
}

impl Sandbox {
    /// Waits until the payload is up, through a reboot if there is one going on, and returns its record.
    pub fn await_up(&self) -> Result<Record, SandboxError> {
        let gone = || SandboxError::NotRunning { name: self.name().to_owned() };
        let stream = UnixStream::connect(self.control_socket()).map_err(|_| gone())?;
        let _ = stream.set_read_timeout(Some(LAUNCH_LIMIT));
        let mut line = String::new();
        let _ = BufReader::new(stream.take(64)).read_line(&mut line);
        match self.record()? {
            Some(record) if line == "up\n" && record.phase == Phase::Up => Ok(record),
            _ => Err(gone()),
        }
    }
}

/// Boots a copy of a running sandbox, which has just read what is on its disk. Whoever asks for it stops it.
pub fn launch_twin(estate: &Estate, of: &Sandbox) -> Result<(Sandbox, Record, Lease), SandboxError> {
    let origin = of.record()?.ok_or_else(|| SandboxError::NotRunning { name: of.name().to_owned() })?;
    let twin = estate.sandbox(&format!("{}-twin-{}", of.name(), host::random_id()));
    let plan = Plan {
        lab: origin.lab().to_owned(),
        owner: origin.owner(),
        owner_gid: origin.owner_gid,
        source: RootSource::CopyOf(of.name().to_owned()),
        os_tree: origin.os_tree().to_owned(),
        program: origin.program.clone(),
        for_gate: serde_json::Value::Null,
    };
    let (record, lease) = launch(estate, twin.name(), &plan)?;
    Ok((twin, record, lease))
}
