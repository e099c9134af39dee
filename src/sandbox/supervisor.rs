//! The process that owns one sandbox: makes its root, boots it, boots it again after a reboot, and stops it.
//!
//! It outlives the terminal that started it. Everything it starts is in control groups that the record names before the
//! first process is in them.

use std::fs;
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd, RawFd};
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
use super::nspawn::Payload;
use super::places::Place;
use super::protocol::{BootResult, ControlMessage, LeaseMessage, SuperviseRequest, receive, send};
use super::record::ProcessId;
use super::{Phase, Plan, Record, Sandbox, SandboxError, descriptors, host};

/// After this a payload counts as up even if it is still booting: it may wait for something that the learner broke.
const READY_LIMIT: Duration = Duration::from_secs(5);
/// On a slow machine: up to this many times as long as the fresh root took to boot.
const READY_FACTOR: u32 = 5;
/// A fresh root took at most 4 s to boot on any machine (under emulation).
const BOOT_LIMIT: Duration = Duration::from_secs(60);
/// How long a payload may take to shut down.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(8);
/// Exit code of systemd-nspawn after the payload rebooted.
const REBOOTED: i32 = 133;

/// How a supervisor reaches the process that started it.
#[derive(Debug)]
pub(crate) enum SupervisorChannel {
    /// A connected socket that it inherited, by number.
    Descriptor(RawFd),
    /// The path of a socket to connect to.
    Socket(PathBuf),
}

/// Runs a sandbox until it is stopped or switches itself off.
///
/// `gate_service` answers requests from inside the sandbox.
pub(crate) fn supervise(channel: SupervisorChannel, gate_service: Arc<dyn GateService>) -> Result<(), SandboxError> {
    descriptors::set_cloexec_on_all()?;
    let _ = rustix::process::setsid();
    let mut caller: UnixStream = match channel {
        SupervisorChannel::Descriptor(number) => descriptors::inherited(number)?.into(),
        SupervisorChannel::Socket(path) => {
            UnixStream::connect(&path).map_err(SandboxError::file("cannot report to", &path))?
        }
    };
    let fail = SandboxError::system("cannot read what to supervise");
    let (begin, place) = Place::receive(&caller).map_err(SandboxError::system("cannot take over the place"))?;
    let request: SuperviseRequest = match receive(&mut begin.chain(&mut caller)) {
        Ok(Some(request)) => request,
        // The process that started this one has died; nothing would ever stop a sandbox that is started now.
        Ok(None) => return Err(fail(io::Error::from(io::ErrorKind::UnexpectedEof))),
        Err(error) => return Err(fail(error)),
    };
    let mut caller = Some(caller);
    let outcome = Supervisor::prepare(request, place, gate_service).and_then(|mut supervisor| {
        let outcome = supervisor.run(&mut caller);
        supervisor.finish();
        outcome
    });
    if let (Err(error), Some(caller)) = (&outcome, &mut caller) {
        let _ = send(caller, &BootResult::Failed { why: error.to_string(), next: error.next() });
    }
    outcome
}

/// Reads what the holder of the lease sent: false if it closed the connection, on purpose or by dying.
fn is_kept(caller: &mut Option<UnixStream>) -> bool {
    caller.take().is_none_or(|mut caller| matches!(receive(&mut caller), Ok(Some(LeaseMessage::Keep))))
}

fn nspawn_end(code: Option<i32>) -> String {
    code.map_or_else(|| "was killed by a signal".to_owned(), |code| format!("exited with status {code}"))
}

pub(super) struct Supervisor {
    pub(super) sandbox: Sandbox,
    pub(super) plan: Plan,
    pub(super) record: Record,
    /// Held until this process ends.
    pub(super) _running_lock: fs::File,
    /// Held until this process ends.
    pub(super) place: Option<Place>,
    pub(super) exe: PathBuf,
    pub(super) notify: UnixDatagram,
    pub(super) control: UnixListener,
    pub(super) gate: UnixListener,
    pub(super) gate_service: Arc<dyn GateService>,
    pub(super) signals: UnixStream,
    pub(super) console: Console,
    pub(super) waiting: Vec<UnixStream>,
    /// It is to be stopped, even if its payload is just rebooting.
    pub(super) stopping: bool,
}

impl Supervisor {
    /// Boots the payload, and again after each reboot, until it is stopped or switches itself off.
    fn run(&mut self, caller: &mut Option<UnixStream>) -> Result<(), SandboxError> {
        loop {
            let mut child = self.boot()?;
            let code = self.serve_until_exit(&mut child, caller)?;
            cgroup::kill(&self.record.cgroups, Some(Subgroup::Machine));
            if code != Some(REBOOTED) || self.stopping {
                return if self.record.phase == Phase::Starting {
                    Err(self.console.boot_error(self.sandbox.name(), &nspawn_end(code)))
                } else {
                    Ok(())
                };
            }
            self.set_phase(Phase::Rebooting)?;
            cgroup::recreate_machine(&self.record.cgroups)?;
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
        // A child starts in its parent's control group.
        cgroup::join_subgroup(&self.record.cgroups, Subgroup::Machine)?;
        let child = command.spawn().map_err(SandboxError::system("cannot start systemd-nspawn"));
        cgroup::join_subgroup(&self.record.cgroups, Subgroup::Supervisor)?;
        child
    }

    /// Handles events until nspawn exits; returns its exit code, or none if a signal killed it.
    fn serve_until_exit(
        &mut self,
        child: &mut Child,
        caller: &mut Option<UnixStream>,
    ) -> Result<Option<i32>, SandboxError> {
        let pid = i32::try_from(child.id()).ok().and_then(ProcessId::of);
        let death: Option<OwnedFd> = pid.and_then(ProcessId::open);
        let (mut out, mut err) = (child.stdout.take(), child.stderr.take());
        let begun = Instant::now();
        let mut deadline = Some(begun + self.ready_limit());
        // nspawn takes a second SIGTERM as an order to kill its payload at once.
        let mut is_shutting_down = false;
        loop {
            let console = [out.as_ref().map(AsFd::as_fd), err.as_ref().map(AsFd::as_fd)];
            let others = [death.as_ref().map(AsFd::as_fd), console[0], console[1], caller.as_ref().map(AsFd::as_fd)];
            let ready = self.wait(others, deadline)?;
            if ready.console[0] {
                self.console.read(&mut out);
            }
            if ready.console[1] {
                self.console.read(&mut err);
            }
            if ready.notify && self.read_notification() && !self.stopping && self.record.phase != Phase::Up {
                deadline = None;
                self.record.boot_ms.get_or_insert(u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX));
                self.stopping = !self.announce_up(caller)?;
            }
            if ready.control {
                self.accept_control();
            }
            if ready.gate {
                gate::accept(&self.gate, &self.plan, &self.exe, &self.gate_service);
            }
            if ready.signal {
                // Drain it, or poll(2) would return at once each time.
                let _ = self.signals.read(&mut [0; 64]);
                self.stopping = true;
            }
            if ready.caller && !is_kept(caller) {
                self.stopping = true;
            }
            if ready.death || death.is_none() {
                return Ok(child.wait().map_err(SandboxError::system("cannot wait for systemd-nspawn"))?.code());
            }
            if self.stopping && !is_shutting_down {
                is_shutting_down = true;
                deadline = Some(Instant::now() + SHUTDOWN_LIMIT);
                self.shut_down(pid);
            } else if deadline.is_some_and(|limit| limit <= Instant::now()) {
                deadline = None;
                if self.stopping {
                    cgroup::kill(&self.record.cgroups, Some(Subgroup::Machine));
                } else if self.record.leader.is_some() {
                    self.stopping = !self.announce_up(caller)?;
                } else if begun.elapsed() < BOOT_LIMIT {
                    deadline = Some(begun + BOOT_LIMIT);
                } else {
                    let how = format!("did not become ready within {} s", BOOT_LIMIT.as_secs());
                    return Err(self.console.boot_error(self.sandbox.name(), &how));
                }
            }
        }
    }

    /// How long a boot may take before the payload counts as up.
    fn ready_limit(&self) -> Duration {
        let slow = |ms| (READY_FACTOR * Duration::from_millis(ms)).clamp(READY_LIMIT, BOOT_LIMIT);
        self.record.boot_ms.map_or(BOOT_LIMIT, slow)
    }

    fn wait(&self, others: [Option<BorrowedFd<'_>>; 4], deadline: Option<Instant>) -> Result<Readiness, SandboxError> {
        let own = [self.notify.as_fd(), self.control.as_fd(), self.gate.as_fd(), self.signals.as_fd()];
        // poll(2) gets a descriptor in each place: for a stream that has ended, one that is polled anyway.
        let [death, out, err, caller] = others.map(|fd| fd.unwrap_or(own[0]));
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
            death: death && others[0].is_some(),
            console: [out && others[1].is_some(), err && others[2].is_some()],
            caller: caller && others[3].is_some(),
        })
    }

    /// Reads one `sd_notify(3)` message of nspawn; true when the payload has finished booting.
    fn read_notification(&mut self) -> bool {
        let mut buffer = [0; 4096];
        let Ok(count) = self.notify.recv(&mut buffer) else { return false };
        let message = String::from_utf8_lossy(&buffer[..count]);
        if let Some(pid) = message.lines().find_map(|line| line.strip_prefix("X_NSPAWN_LEADER_PID=")?.parse().ok()) {
            self.record.leader = ProcessId::of(pid);
        }
        message.lines().any(|line| line == "READY=1") && self.record.leader.is_some()
    }

    /// Records that the payload is up and tells every waiting client. False if the caller is gone.
    fn announce_up(&mut self, caller: &mut Option<UnixStream>) -> Result<bool, SandboxError> {
        self.set_phase(Phase::Up)?;
        if let Some(place) = &mut self.place {
            place.mark_up();
        }
        for mut client in self.waiting.drain(..) {
            let _ = send(&mut client, &ControlMessage::Up);
        }
        Ok(caller.as_mut().is_none_or(|caller| send(caller, &BootResult::Up).is_ok()))
    }

    fn accept_control(&mut self) {
        let Ok((mut client, _)) = self.control.accept() else { return };
        if self.record.phase == Phase::Up {
            let _ = send(&mut client, &ControlMessage::Up);
        } else if self.waiting.len() < 64 {
            self.waiting.push(client);
        }
    }

    /// Asks a payload whose root is kept to shut down; kills one whose root is not kept, or that is not up yet.
    fn shut_down(&self, nspawn: Option<ProcessId>) {
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

    /// Removes everything but the learner's root and the record.
    fn finish(&mut self) {
        cgroup::kill(&self.record.cgroups, Some(Subgroup::Machine));
        self.sandbox.remove_runtime_files();
        let _ = self.set_phase(Phase::Stopped);
        if self.record.ephemeral {
            let _ = rustix::mount::unmount(self.sandbox.root(), rustix::mount::UnmountFlags::DETACH);
            let _ = fs::remove_dir_all(self.sandbox.dir());
        }
        host::leave_cgroups(&self.record.cgroups);
    }
}

/// Which descriptors have an event.
#[allow(clippy::struct_excessive_bools, reason = "one flag for each descriptor that is polled")]
struct Readiness {
    notify: bool,
    control: bool,
    gate: bool,
    signal: bool,
    death: bool,
    caller: bool,
    console: [bool; 2],
}
