//! Makes everything that a sandbox needs before its first process: lock, record, control groups, sockets, root.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::Path;
use std::sync::Arc;

use signal_hook::consts::{SIGINT, SIGTERM};

use super::console::Console;
use super::gate::GateService;
use super::places::Place;
use super::protocol::SuperviseRequest;
use super::record::{ProcessId, boot_id};
use super::skeleton::Skeleton;
use super::supervisor::Supervisor;
use super::{Estate, Phase, Plan, Record, RootSource, Sandbox, SandboxError, cgroup, copy, descriptors, host};

impl Supervisor {
    /// Writes the record before it makes anything else, so that a sweep finds what a killed supervisor left.
    pub(super) fn prepare(
        request: SuperviseRequest,
        place: Option<Place>,
        gate_service: Arc<dyn GateService>,
    ) -> Result<Self, SandboxError> {
        let SuperviseRequest { estate, name, service, plan } = request;
        let estate = &Estate::at(&estate);
        let sandbox = estate.sandbox(&name);
        let service = service.as_deref();
        let running_lock = sandbox.lock_running()?;
        let record = first_record(estate, &sandbox, &plan, service)?;
        cgroup::create(&record.cgroups, service.is_some())?;
        let exe = sandbox.program();
        // A copy: the original may be replaced while the sandbox runs.
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
            .map_err(SandboxError::file("cannot set the mode of", &gate_dir))?;
        let gate = listen(&gate_dir.join("socket"), 0o666)?;
        let control = listen(&sandbox.control_socket(), 0o600)?;
        make_root(estate, &sandbox, &plan, &record)?;
        Ok(Self {
            sandbox,
            plan,
            record,
            _running_lock: running_lock,
            place,
            exe,
            notify,
            control,
            gate,
            gate_service,
            signals,
            console: Console::default(),
            waiting: Vec::new(),
            stopping: false,
        })
    }
}

fn listen(path: &Path, mode: u32) -> Result<UnixListener, SandboxError> {
    let _ = fs::remove_file(path);
    let listener = UnixListener::bind(path).map_err(SandboxError::file("cannot listen on", path))?;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
        .map_err(SandboxError::file("cannot set the mode of", path))?;
    Ok(listener)
}

fn first_record(
    estate: &Estate,
    sandbox: &Sandbox,
    plan: &Plan,
    service: Option<&str>,
) -> Result<Record, SandboxError> {
    // Held while the uid range is chosen.
    let _lock = estate.lock()?;
    let before = sandbox.record()?.filter(|_| sandbox.has_work());
    let origin = match &plan.source {
        RootSource::CopyOf(name) => estate.sandbox(name).record()?,
        RootSource::Keep | RootSource::Fresh => before.clone(),
    };
    let cgroups = match service {
        Some(service) => cgroup::delegated(service)?,
        None => cgroup::planned(sandbox.name(), &host::random_id())?,
    };
    let record = Record {
        version: Record::VERSION,
        name: sandbox.name().to_owned(),
        lab: plan.lab.clone(),
        owner: plan.owner,
        owner_gid: plan.owner_gid,
        program: sandbox.program(),
        phase: Phase::Starting,
        boot_id: boot_id(),
        started_at: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        base: before.as_ref().map_or_else(|| host::free_base(estate), |record| record.base),
        os_tree: before.map_or_else(|| plan.os_tree.clone(), |record| record.os_tree),
        ephemeral: plan.source != RootSource::Keep,
        supervisor: ProcessId::of(rustix::process::getpid().as_raw_pid()),
        leader: None,
        cgroups,
        service: service.map(str::to_owned),
        boot_ms: origin.and_then(|record| record.boot_ms),
    };
    sandbox.write_record(&record)?;
    Ok(record)
}

/// Makes the root, in a mount namespace of this process.
fn make_root(estate: &Estate, sandbox: &Sandbox, plan: &Plan, record: &Record) -> Result<(), SandboxError> {
    let root = sandbox.root();
    let skeleton = Skeleton { os_tree: &record.os_tree, base: record.base, lab: &record.lab };
    descriptors::unshare_mounts()?;
    host::mount_privately(record.ephemeral.then_some(root.as_path()))?;
    match &plan.source {
        RootSource::Keep if sandbox.has_work() => Ok(()),
        RootSource::Keep => {
            let fresh = sandbox.dir().join("root.new");
            let fail = SandboxError::file("cannot put the new root in place of", &root);
            // The scene was written into the root that is removed here.
            sandbox.clear_scene_applied()?;
            for stale in [&fresh, &root] {
                host::remove_tree(stale).map_err(SandboxError::file("cannot remove", stale))?;
            }
            skeleton.build(&fresh)?;
            fs::rename(&fresh, &root).map_err(fail)
        }
        RootSource::Fresh => skeleton.build(&root),
        RootSource::CopyOf(name) => {
            let origin = estate.sandbox(name);
            let gone = || SandboxError::NotRunning { name: name.clone() };
            let before = origin.record()?.ok_or_else(gone)?;
            let supervisor = before.supervisor.filter(|id| id.is_alive()).ok_or_else(gone)?;
            // The original may be on a tmpfs that only its supervisor sees.
            let visible = format!("/proc/{}/root{}", supervisor.pid, origin.root().display());
            copy::copy_root(visible.as_ref(), before.base, &root, record.base)
        }
    }
}
