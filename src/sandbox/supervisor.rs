//! The process that owns one sandbox: makes its root, boots it, boots it again when it reboots, and ends it.
//!
//! It outlives the terminal that asked for it. Everything it starts is in control groups that are written down
//! before the first process is in them.

use std::fs;
use std::io::{Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::PathBuf;
use std::process::Child;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal};
use signal_hook::consts::{SIGINT, SIGTERM};

use super::cgroup::{self, Seat};
use super::launch::{Answer, KEEP};
use super::nspawn::Payload;
use super::record::{ProcessId, boot_id};
use super::{Estate, Plan, Record, Sandbox, SandboxError, Source, Stage, descriptors, gate, host};

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
/// Of what the payload writes to its console, only the end is kept.
const CONSOLE_KEPT: usize = 16 * 1024;

/// Runs a sandbox until it is stopped or switches itself off.
pub fn supervise(estate: &Estate, name: &str, service: Option<&str>) -> Result<(), SandboxError> {
    descriptors::keep_to_ourselves()?;
    let _ = rustix::process::setsid();
    let sandbox = estate.sandbox(name);
    let ready = sandbox.dir().join("ready");
    // Whoever asked is waiting there. If not, they have died since, and nobody would ever end what is begun here.
    let mut caller = Some(UnixStream::connect(&ready).map_err(SandboxError::file("cannot report to", &ready))?);
    let outcome = Supervisor::prepare(estate, sandbox, service).and_then(|mut supervisor| {
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

struct Supervisor {
    sandbox: Sandbox,
    plan: Plan,
    record: Record,
    /// Held for as long as this process lives; its absence is what "not running" means.
    _claim: fs::File,
    exe: PathBuf,
    notify: UnixDatagram,
    control: UnixListener,
    gate: UnixListener,
    signals: UnixStream,
    console: Vec<u8>,
    waiting: Vec<UnixStream>,
}

impl Supervisor {
    /// Everything up to the first process: lock, record, control groups, sockets, root.
    fn prepare(estate: &Estate, sandbox: Sandbox, service: Option<&str>) -> Result<Self, SandboxError> {
        let claim = sandbox.claim()?;
        let plan_path = sandbox.dir().join("plan.json");
        let text = fs::read(&plan_path).map_err(SandboxError::file("cannot read", &plan_path))?;
        let plan: Plan = serde_json::from_slice(&text)
            .map_err(|error| SandboxError::Record { path: plan_path, why: error.to_string() })?;
        let record = first_record(estate, &sandbox, &plan, service)?;
        cgroup::establish(&record.cgroups, service.is_some())?;
        let exe = sandbox.program();
        // A copy: the original may be replaced by the next build while the sandbox lives.
        let _ = fs::remove_file(&exe);
        fs::copy("/proc/self/exe", &exe).map_err(SandboxError::file("cannot copy this program to", &exe))?;
        let (signals, sink) = UnixStream::pair().map_err(SandboxError::system("cannot make a socket pair"))?;
        for signal in [SIGTERM, SIGINT] {
            let sink = sink.try_clone().map_err(SandboxError::system("cannot make a socket pair"))?;
            signal_hook::low_level::pipe::register(signal, sink)
                .map_err(SandboxError::system("cannot watch for signals"))?;
        }
        let notify_path = sandbox.dir().join("notify");
        let _ = fs::remove_file(&notify_path);
        let notify = UnixDatagram::bind(&notify_path).map_err(SandboxError::file("cannot listen on", &notify_path))?;
        let gate_dir = sandbox.gate_dir();
        fs::create_dir_all(&gate_dir).map_err(SandboxError::file("cannot make", &gate_dir))?;
        fs::set_permissions(&gate_dir, fs::Permissions::from_mode(0o755))
            .map_err(SandboxError::file("cannot open up", &gate_dir))?;
        let gate = listen(&gate_dir.join("socket"), 0o666)?;
        let control = listen(&sandbox.control_socket(), 0o600)?;
        make_root(estate, &sandbox, &plan, &record)?;
        Ok(Self {
            sandbox,
            plan,
            record,
            _claim: claim,
            exe,
            notify,
            control,
            gate,
            signals,
            console: Vec::new(),
            waiting: Vec::new(),
        })
    }

    /// Boots the payload, again and again for as long as it reboots.
    fn run(&mut self, caller: &mut Option<UnixStream>) -> Result<(), SandboxError> {
        loop {
            let mut child = self.boot()?;
            let code = self.attend(&mut child, caller)?;
            cgroup::kill(&self.record.cgroups, Some(Seat::Machine));
            if code != Some(REBOOTED) {
                return if self.record.stage == Stage::Starting { Err(self.no_boot(&ended(code))) } else { Ok(()) };
            }
            self.note(Stage::Rebooting)?;
            cgroup::renew(&self.record.cgroups)?;
        }
    }

    fn boot(&mut self) -> Result<Child, SandboxError> {
        self.record.leader = None;
        self.console.clear();
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
        cgroup::sit(&self.record.cgroups, Seat::Machine)?;
        let child = command.spawn().map_err(SandboxError::system("cannot start systemd-nspawn"));
        cgroup::sit(&self.record.cgroups, Seat::Supervisor)?;
        child
    }

    /// Serves everybody until nspawn ends; its exit code.
    fn attend(&mut self, child: &mut Child, caller: &mut Option<UnixStream>) -> Result<Option<i32>, SandboxError> {
        let pid = i32::try_from(child.id()).ok().and_then(ProcessId::of);
        let death: Option<OwnedFd> = pid.and_then(ProcessId::open);
        let (mut out, mut err) = (child.stdout.take(), child.stderr.take());
        let begun = Instant::now();
        let mut deadline = Some(begun + self.patience());
        let mut stopping = false;
        loop {
            let console = [out.as_ref().map(AsFd::as_fd), err.as_ref().map(AsFd::as_fd)];
            let guests = [death.as_ref().map(AsFd::as_fd), console[0], console[1], caller.as_ref().map(AsFd::as_fd)];
            let seen = self.wait(guests, deadline)?;
            if seen.console[0] {
                self.listen_to(&mut out);
            }
            if seen.console[1] {
                self.listen_to(&mut err);
            }
            if seen.notify && self.hear() && !stopping && self.record.stage != Stage::Up {
                deadline = None;
                self.record.boot_ms.get_or_insert(u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX));
                stopping = !self.is_up(caller)?;
            }
            if seen.control {
                self.greet();
            }
            if seen.gate {
                gate::receive(&self.gate, &self.plan, &self.exe);
            }
            if seen.caller && !is_kept(caller) {
                stopping = true;
                deadline = None;
            }
            if seen.death || death.is_none() {
                return Ok(child.wait().map_err(SandboxError::system("cannot wait for systemd-nspawn"))?.code());
            }
            if seen.signal || stopping && deadline.is_none() {
                stopping = true;
                deadline = Some(Instant::now() + FAREWELL);
                self.say_farewell(pid);
            } else if deadline.is_some_and(|limit| limit <= Instant::now()) {
                deadline = None;
                if stopping {
                    cgroup::kill(&self.record.cgroups, Some(Seat::Machine));
                } else if self.record.leader.is_some() {
                    stopping = !self.is_up(caller)?;
                } else if begun.elapsed() < BOOT_LIMIT {
                    deadline = Some(begun + BOOT_LIMIT);
                } else {
                    return Err(self.no_boot(&format!("did not become ready within {} s", BOOT_LIMIT.as_secs())));
                }
            }
        }
    }

    /// How long a boot may take before it is handed over unfinished.
    fn patience(&self) -> Duration {
        let slow = |ms| (SLOWER * Duration::from_millis(ms)).clamp(PATIENCE, BOOT_LIMIT);
        self.record.boot_ms.map_or(BOOT_LIMIT, slow)
    }

    fn wait(&self, guests: [Option<BorrowedFd<'_>>; 4], deadline: Option<Instant>) -> Result<Seen, SandboxError> {
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
        Ok(Seen {
            notify,
            control,
            gate,
            signal,
            death: death && guests[0].is_some(),
            console: [out && guests[1].is_some(), err && guests[2].is_some()],
            caller: caller && guests[3].is_some(),
        })
    }

    /// Keeps the end of what the payload's console says, for the day on which it does not boot.
    fn listen_to(&mut self, stream: &mut Option<impl Read>) {
        let mut chunk = [0; 4096];
        match stream.as_mut().map(|stream| stream.read(&mut chunk)) {
            Some(Ok(count)) if count > 0 => {
                self.console.extend_from_slice(&chunk[..count]);
                let surplus = self.console.len().saturating_sub(CONSOLE_KEPT);
                self.console.drain(..surplus);
            }
            _ => *stream = None,
        }
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
        self.note(Stage::Up)?;
        for mut client in self.waiting.drain(..) {
            let _ = client.write_all(b"up\n");
        }
        Ok(caller.as_mut().is_none_or(|caller| say(caller, &Answer::Up).is_ok()))
    }

    fn greet(&mut self) {
        let Ok((mut client, _)) = self.control.accept() else { return };
        if self.record.stage == Stage::Up {
            let _ = client.write_all(b"up\n");
        } else if self.waiting.len() < 64 {
            self.waiting.push(client);
        }
    }

    /// What is kept is switched off in good order; what goes with the sandbox, or is not up yet, needs no farewell.
    fn say_farewell(&self, nspawn: Option<ProcessId>) {
        if self.record.ephemeral || self.record.stage != Stage::Up {
            cgroup::kill(&self.record.cgroups, Some(Seat::Machine));
        } else if let Some(pid) = nspawn.and_then(|id| Pid::from_raw(id.pid)) {
            let _ = rustix::process::kill_process(pid, Signal::TERM);
        }
    }

    fn note(&mut self, stage: Stage) -> Result<(), SandboxError> {
        self.record.stage = stage;
        self.sandbox.write_record(&self.record)
    }

    fn no_boot(&self, how: &str) -> SandboxError {
        let text = String::from_utf8_lossy(&self.console);
        let said = text.lines().rev().find(|line| !line.trim().is_empty());
        let why = said.map_or_else(
            || format!("systemd-nspawn {how} without a word"),
            |line| line.chars().filter(|c| !c.is_control()).take(300).collect(),
        );
        let id_map = text.contains("idmap") || text.contains("ID map") || text.contains("private-users");
        if id_map {
            return SandboxError::Unsupported {
                what: format!("this machine cannot map user ids over /usr: {why}"),
                next: "put /usr on ext4, xfs, btrfs or another file system with id-mapped mounts (not overlayfs)"
                    .into(),
            };
        }
        SandboxError::Boot { name: self.sandbox.name().to_owned(), why }
    }

    /// Leaves nothing behind but the learner's root and a record that says so.
    fn finish(&mut self) {
        cgroup::kill(&self.record.cgroups, Some(Seat::Machine));
        self.sandbox.hang_up();
        let _ = self.note(Stage::Stopped);
        if self.record.ephemeral {
            let _ = rustix::mount::unmount(self.sandbox.root(), rustix::mount::UnmountFlags::DETACH);
            let _ = fs::remove_dir_all(self.sandbox.dir());
        }
        host::leave(&self.record.cgroups);
    }
}

/// What a wait has found.
#[allow(clippy::struct_excessive_bools, reason = "one flag for each stream that is waited for")]
struct Seen {
    notify: bool,
    control: bool,
    gate: bool,
    signal: bool,
    death: bool,
    caller: bool,
    console: [bool; 2],
}

fn listen(path: &std::path::Path, mode: u32) -> Result<UnixListener, SandboxError> {
    let _ = fs::remove_file(path);
    let listener = UnixListener::bind(path).map_err(SandboxError::file("cannot listen on", path))?;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(SandboxError::file("cannot open up", path))?;
    Ok(listener)
}

fn first_record(
    estate: &Estate,
    sandbox: &Sandbox,
    plan: &Plan,
    service: Option<&str>,
) -> Result<Record, SandboxError> {
    let _choosing = estate.lock()?;
    let before = sandbox.record()?.filter(|_| sandbox.has_work());
    let origin = match &plan.source {
        Source::CopyOf(name) => estate.sandbox(name).record()?,
        Source::Keep | Source::Fresh => before.clone(),
    };
    let cgroups = match service {
        Some(service) => cgroup::delegated(service)?,
        None => cgroup::planned(sandbox.name(), &host::mark())?,
    };
    let record = Record {
        version: Record::VERSION,
        name: sandbox.name().to_owned(),
        lab: plan.lab.clone(),
        owner: plan.owner,
        owner_gid: plan.owner_gid,
        program: sandbox.program(),
        stage: Stage::Starting,
        boot_id: boot_id(),
        started_at: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        base: before.as_ref().map_or_else(|| host::free_base(estate), |record| record.base),
        os_tree: before.map_or_else(|| plan.os_tree.clone(), |record| record.os_tree),
        ephemeral: plan.source != Source::Keep,
        supervisor: ProcessId::of(rustix::process::getpid().as_raw_pid()),
        leader: None,
        cgroups,
        service: service.map(str::to_owned),
        boot_ms: origin.and_then(|record| record.boot_ms),
    };
    sandbox.write_record(&record)?;
    Ok(record)
}

/// Makes the root where the plan wants it, in a mount namespace of our own.
fn make_root(estate: &Estate, sandbox: &Sandbox, plan: &Plan, record: &Record) -> Result<(), SandboxError> {
    let root = sandbox.root();
    let skeleton = super::skeleton::Skeleton { os_tree: &record.os_tree, base: record.base, lab: &record.lab };
    descriptors::leave_host_mounts()?;
    host::mount_privately(record.ephemeral.then_some(root.as_path()))?;
    match &plan.source {
        Source::Keep if sandbox.has_work() => Ok(()),
        Source::Keep => {
            let fresh = sandbox.dir().join("root.new");
            let fail = SandboxError::file("cannot put the new root in place of", &root);
            for stale in [&fresh, &root] {
                let _ = fs::remove_dir_all(stale);
            }
            skeleton.build(&fresh)?;
            fs::rename(&fresh, &root).map_err(fail)
        }
        Source::Fresh => skeleton.build(&root),
        Source::CopyOf(name) => {
            let origin = estate.sandbox(name);
            let gone = || SandboxError::NotRunning { name: name.clone() };
            let before = origin.record()?.ok_or_else(gone)?;
            let keeper = before.supervisor.filter(|id| id.is_alive()).ok_or_else(gone)?;
            // The origin may live on a tmpfs that only its supervisor sees.
            let seen = format!("/proc/{}/root{}", keeper.pid, origin.root().display());
            super::copy::copy_root(seen.as_ref(), before.base, &root, record.base)
        }
    }
}
