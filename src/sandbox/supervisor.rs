//! The process that owns one sandbox: has its root made, boots it, boots it again when it reboots, and ends it.
//!
//! It outlives the terminal that asked for it. Everything it starts is in control groups that are written down
//! before the first process is in them.

use std::fs;
use std::io::{Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::PathBuf;
use std::process::Child;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal};

use super::cgroup::{self, Subgroup};
use super::console::Console;
use super::gate::{self, GateService};
use super::launch::{Answer, KEEP};
use super::nspawn::Payload;
use super::record::ProcessId;
use super::{Estate, Phase, Plan, Record, Sandbox, SandboxError, descriptors, host};

/// A payload that takes longer is handed over as it is: it may wait for something the learner broke.
const PATIENCE: Duration = Duration::from_secs(5);
/// So many times what the fresh root took is no sign yet that something is broken: slow machines are slow.
const SLOWER: u32 = 5;
/// Longer than a fresh root, in which nothing is broken, was seen to take on any machine (4 s under emulation).
const BOOT_LIMIT: Duration = Duration::from_secs(60);
/// How long a payload may take to switch itself off in good order.
const FAREWELL: Duration = Duration::from_secs(8);
/// systemd-nspawn ends so when the payload rebooted.
const REBOOTED: i32 = 133;

/// Runs a sandbox until it is stopped or switches itself off.
///
/// `service` is the unit that this process runs in, `gate_service` answers requests from inside the sandbox.
pub(crate) fn supervise(
    estate: &Estate,
    name: &str,
    service: Option<&str>,
    gate_service: Arc<dyn GateService>,
) -> Result<(), SandboxError> {
    descriptors::keep_to_ourselves()?;
    let _ = rustix::process::setsid();
    let sandbox = estate.sandbox(name);
    let ready = sandbox.dir().join("ready");
    // Whoever asked is waiting there. If not, they have died since, and nobody would ever end what is begun here.
    let mut caller = Some(UnixStream::connect(&ready).map_err(SandboxError::file("cannot report to", &ready))?);
    let outcome = Supervisor::prepare(estate, sandbox, service, gate_service).and_then(|mut supervisor| {
        let outcome = supervisor.run(&mut caller);
        supervisor.finish();
        outcome
    });
    if let (Err(error), Some(caller)) = (&outcome, &mut caller) {
        let _ = say(caller, &Answer::Failed { why: error.to_string(), next: error.next() });
    }
    outcome
}

/// The one who asked for this sandbox lets it live on, or else is gone.
fn is_kept(caller: &mut Option<UnixStream>) -> bool {
    let mut word = [0; KEEP.len()];
    caller.take().is_none_or(|mut caller| caller.read_exact(&mut word).is_ok() && word == KEEP)
}

/// How systemd-nspawn ended, as far as its exit code tells.
fn ended(code: Option<i32>) -> String {
    code.map_or_else(|| "was ended by a signal".to_owned(), |code| format!("ended with {code}"))
}

fn say(caller: &mut UnixStream, answer: &Answer) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(answer)?;
    line.push(b'\n');
    caller.write_all(&line)
}

/// One sandbox, and all that it is served through.
pub(super) struct Supervisor {
    pub(super) sandbox: Sandbox,
    pub(super) plan: Plan,
    pub(super) record: Record,
    /// Held for as long as this process lives; its absence is what "not running" means.
    pub(super) _running_lock: fs::File,
    pub(super) exe: PathBuf,
    pub(super) notify: UnixDatagram,
    pub(super) control: UnixListener,
    pub(super) gate: UnixListener,
    pub(super) gate_service: Arc<dyn GateService>,
    pub(super) signals: UnixStream,
    pub(super) console: Console,
    pub(super) waiting: Vec<UnixStream>,
    /// Nobody wants it any more: it shall end, also when its payload reboots at this moment.
    pub(super) stopping: bool,
}

impl Supervisor {
    /// Boots the payload, again and again for as long as it reboots.
    fn run(&mut self, caller: &mut Option<UnixStream>) -> Result<(), SandboxError> {
        loop {
            let mut child = self.boot()?;
            let code = self.attend(&mut child, caller)?;
            cgroup::kill(&self.record.cgroups, Some(Subgroup::Machine));
            if code != Some(REBOOTED) || self.stopping {
                return if self.record.phase == Phase::Starting {
                    Err(self.console.no_boot(self.sandbox.name(), &ended(code)))
                } else {
                    Ok(())
                };
            }
            self.set_phase(Phase::Rebooting)?;
            cgroup::renew(&self.record.cgroups)?;
        }
    }

    fn boot(&mut self) -> Result<Child, SandboxError> {
        self.record.leader = None;
        self.console = Console::default();
        let payload = Payload {
            machine: &format!("unitlab-{}", self.sandbox.name()),
            root: &self.sandbox.root(),
            os_tree: &self.record.os_tree,
            base: self.record.base,
            exe: &self.exe,
            gate: &self.sandbox.gate_dir(),
            notify: &self.sandbox.dir().join("notify"),
        };
        let mut command = payload.command()?;
        // A child is born where its parent sits.
        cgroup::sit(&self.record.cgroups, Subgroup::Machine)?;
        let child = command.spawn().map_err(SandboxError::system("cannot start systemd-nspawn"));
        cgroup::sit(&self.record.cgroups, Subgroup::Supervisor)?;
        child
    }

    /// Serves everybody until nspawn ends; its exit code.
    fn attend(&mut self, child: &mut Child, caller: &mut Option<UnixStream>) -> Result<Option<i32>, SandboxError> {
        let pid = i32::try_from(child.id()).ok().and_then(ProcessId::of);
        let death: Option<OwnedFd> = pid.and_then(ProcessId::open);
        let (mut out, mut err) = (child.stdout.take(), child.stderr.take());
        let begun = Instant::now();
        let mut deadline = Some(begun + self.patience());
        // nspawn takes a second request for one to end at once, without a farewell of its payload's.
        let mut said_farewell = false;
        loop {
            let console = [out.as_ref().map(AsFd::as_fd), err.as_ref().map(AsFd::as_fd)];
            let guests = [death.as_ref().map(AsFd::as_fd), console[0], console[1], caller.as_ref().map(AsFd::as_fd)];
            let seen = self.wait(guests, deadline)?;
            if seen.console[0] {
                self.console.listen(&mut out);
            }
            if seen.console[1] {
                self.console.listen(&mut err);
            }
            if seen.notify && self.hear() && !self.stopping && self.record.phase != Phase::Up {
                deadline = None;
                self.record.boot_ms.get_or_insert(u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX));
                self.stopping = !self.is_up(caller)?;
            }
            if seen.control {
                self.greet();
            }
            if seen.gate {
                gate::accept(&self.gate, &self.plan, &self.exe, &self.gate_service);
            }
            if seen.signal {
                // What is not read would be seen again and again.
                let _ = self.signals.read(&mut [0; 64]);
                self.stopping = true;
            }
            if seen.caller && !is_kept(caller) {
                self.stopping = true;
            }
            if seen.death || death.is_none() {
                return Ok(child.wait().map_err(SandboxError::system("cannot wait for systemd-nspawn"))?.code());
            }
            if self.stopping && !said_farewell {
                said_farewell = true;
                deadline = Some(Instant::now() + FAREWELL);
                self.say_farewell(pid);
            } else if deadline.is_some_and(|limit| limit <= Instant::now()) {
                deadline = None;
                if self.stopping {
                    cgroup::kill(&self.record.cgroups, Some(Subgroup::Machine));
                } else if self.record.leader.is_some() {
                    self.stopping = !self.is_up(caller)?;
                } else if begun.elapsed() < BOOT_LIMIT {
                    deadline = Some(begun + BOOT_LIMIT);
                } else {
                    let how = format!("did not become ready within {} s", BOOT_LIMIT.as_secs());
                    return Err(self.console.no_boot(self.sandbox.name(), &how));
                }
            }
        }
    }

    /// How long a boot may take before it is handed over unfinished.
    fn patience(&self) -> Duration {
        let slow = |ms| (SLOWER * Duration::from_millis(ms)).clamp(PATIENCE, BOOT_LIMIT);
        self.record.boot_ms.map_or(BOOT_LIMIT, slow)
    }

    fn wait(&self, guests: [Option<BorrowedFd<'_>>; 4], deadline: Option<Instant>) -> Result<Readiness, SandboxError> {
        let own = [self.notify.as_fd(), self.control.as_fd(), self.gate.as_fd(), self.signals.as_fd()];
        // A stream that has ended gives its place to one that is waited for anyway.
        let [death, out, err, caller] = guests.map(|fd| fd.unwrap_or(own[0]));
        let all = [own[0], own[1], own[2], own[3], death, out, err, caller];
        let mut fds = all.map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN));
        let timeout = deadline.map(|limit| limit.saturating_duration_since(Instant::now()));
        let timeout = timeout.and_then(|left| Timespec::try_from(left).ok());
        match poll(&mut fds, timeout.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(errno) => return Err(SandboxError::system("cannot wait for events")(errno)),
        }
        let [notify, control, gate, signal, death, out, err, caller] = fds.map(|fd| !fd.revents().is_empty());
        Ok(Readiness {
            notify,
            control,
            gate,
            signal,
            death: death && guests[0].is_some(),
            console: [out && guests[1].is_some(), err && guests[2].is_some()],
            caller: caller && guests[3].is_some(),
        })
    }

    /// Reads one message of nspawn; true when the payload has finished booting.
    fn hear(&mut self) -> bool {
        let mut buffer = [0; 4096];
        let Ok(count) = self.notify.recv(&mut buffer) else { return false };
        let message = String::from_utf8_lossy(&buffer[..count]);
        if let Some(pid) = message.lines().find_map(|line| line.strip_prefix("X_NSPAWN_LEADER_PID=")?.parse().ok()) {
            self.record.leader = ProcessId::of(pid);
        }
        message.lines().any(|line| line == "READY=1") && self.record.leader.is_some()
    }

    /// Tells everybody that the payload is up; false when nobody wants it any more.
    fn is_up(&mut self, caller: &mut Option<UnixStream>) -> Result<bool, SandboxError> {
        self.set_phase(Phase::Up)?;
        for mut client in self.waiting.drain(..) {
            let _ = client.write_all(b"up\n");
        }
        Ok(caller.as_mut().is_none_or(|caller| say(caller, &Answer::Up).is_ok()))
    }

    fn greet(&mut self) {
        let Ok((mut client, _)) = self.control.accept() else { return };
        if self.record.phase == Phase::Up {
            let _ = client.write_all(b"up\n");
        } else if self.waiting.len() < 64 {
            self.waiting.push(client);
        }
    }

    /// What is kept is switched off in good order; what goes with the sandbox, or is not up yet, needs no farewell.
    fn say_farewell(&self, nspawn: Option<ProcessId>) {
        if self.record.ephemeral || self.record.phase != Phase::Up {
            cgroup::kill(&self.record.cgroups, Some(Subgroup::Machine));
        } else if let Some(pid) = nspawn.and_then(|id| Pid::from_raw(id.pid)) {
            let _ = rustix::process::kill_process(pid, Signal::TERM);
        }
    }

    fn set_phase(&mut self, phase: Phase) -> Result<(), SandboxError> {
        self.record.phase = phase;
        self.sandbox.write_record(&self.record)
    }

    /// Leaves nothing behind but the learner's root and a record that says so.
    fn finish(&mut self) {
        cgroup::kill(&self.record.cgroups, Some(Subgroup::Machine));
        self.sandbox.remove_runtime_files();
        let _ = self.set_phase(Phase::Stopped);
        if self.record.ephemeral {
            let _ = rustix::mount::unmount(self.sandbox.root(), rustix::mount::UnmountFlags::DETACH);
            let _ = fs::remove_dir_all(self.sandbox.dir());
        }
        host::leave(&self.record.cgroups);
    }
}

/// What a wait has found.
#[allow(clippy::struct_excessive_bools, reason = "one flag for each stream that is waited for")]
struct Readiness {
    notify: bool,
    control: bool,
    gate: bool,
    signal: bool,
    death: bool,
    caller: bool,
    console: [bool; 2],
}
