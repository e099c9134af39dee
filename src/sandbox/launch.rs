//! Boots a sandbox and waits until its payload is up.

use std::fs;
use std::ops::ControlFlow;
use std::os::unix::net::UnixStream;

use super::places::{Occupant, Place, Wait};
use super::protocol::{BootResult, ControlMessage, LeaseMessage, receive, send};
use super::start_supervisor::{LAUNCH_LIMIT, start};
use super::{Estate, Phase, Plan, Record, RootSource, Sandbox, SandboxError, host};

/// Ties a sandbox to the process that started it: when this is dropped, or the process dies, the sandbox is stopped.
#[derive(Debug)]
pub struct Lease(UnixStream);

impl Lease {
    /// Makes the sandbox outlive this process.
    pub(crate) fn keep(mut self) -> Result<(), SandboxError> {
        send(&mut self.0, &LeaseMessage::Keep).map_err(SandboxError::system("cannot reach the sandbox's supervisor"))
    }
}

/// Boots a sandbox and returns its record when the payload is up. `wait` is called while this host has no place for it.
pub(crate) fn launch(
    estate: &Estate,
    name: &str,
    plan: &Plan,
    wait: Wait<'_>,
) -> Result<(Record, Lease), SandboxError> {
    refuse_if_running(&estate.sandbox(name))?;
    let (place, _) = estate.take_places(Occupant::Sandbox, 1, wait)?;
    launch_at(estate, name, plan, &place)
}

fn refuse_if_running(sandbox: &Sandbox) -> Result<(), SandboxError> {
    let refusal = sandbox.is_running().then(|| SandboxError::AlreadyRunning { name: sandbox.name().to_owned() });
    refusal.map_or(Ok(()), Err)
}

fn launch_at(estate: &Estate, name: &str, plan: &Plan, place: &Place) -> Result<(Record, Lease), SandboxError> {
    estate.create()?;
    let sandbox = estate.sandbox(name);
    // Without this first look, a second start would wait until the first one has booted before it says so.
    refuse_if_running(&sandbox)?;
    // Two starts at once would sweep up each other's files.
    let _lock = sandbox.lock_lifecycle()?;
    refuse_if_running(&sandbox)?;
    sandbox.sweep()?;
    // Best-effort cleanup of dead sandboxes; `doctor` reports the rest.
    estate.sweep_dead();
    let result = launch_in(estate, &sandbox, plan, place);
    if result.is_err() {
        let _ = sandbox.sweep();
        if plan.source != RootSource::Keep {
            let _ = sandbox.remove();
        }
    }
    result
}

fn launch_in(estate: &Estate, sandbox: &Sandbox, plan: &Plan, place: &Place) -> Result<(Record, Lease), SandboxError> {
    let name = || sandbox.name().to_owned();
    let (mut supervisor, stream) = start(estate, sandbox, plan, place)?;
    let result = stream.and_then(|mut stream| Some((receive(&mut stream).ok()??, stream)));
    match result {
        Some((BootResult::Up, stream)) => match sandbox.record()? {
            Some(record) => Ok((record, Lease(stream))),
            None => Err(SandboxError::NotRunning { name: name() }),
        },
        Some((BootResult::Failed { why, next }, _)) if !next.is_empty() => {
            Err(SandboxError::Unsupported { what: why, next })
        }
        Some((BootResult::Failed { why, .. }, _)) => Err(SandboxError::Boot { name: name(), why }),
        None => Err(SandboxError::Boot { name: name(), why: supervisor.failure(sandbox) }),
    }
}

impl Sandbox {
    /// The last line that its supervisor logged; none if it logged nothing.
    #[must_use]
    pub(crate) fn last_log_line(&self) -> Option<String> {
        let log = fs::read(self.log()).ok()?;
        let log = String::from_utf8_lossy(&log);
        let line = log.lines().rev().find(|line| !line.trim().is_empty())?;
        Some(line.trim().trim_start_matches("unitlab: ").chars().filter(|c| !c.is_control()).take(300).collect())
    }

    /// Waits until the payload is up, also through a reboot, and returns its record.
    pub(crate) fn await_up(&self) -> Result<Record, SandboxError> {
        let gone = || SandboxError::NotRunning { name: self.name().to_owned() };
        let mut stream = UnixStream::connect(self.control_socket()).map_err(|_| gone())?;
        let _ = stream.set_read_timeout(Some(LAUNCH_LIMIT));
        let message = receive(&mut stream).ok().flatten();
        match self.record()? {
            Some(record) if message == Some(ControlMessage::Up) && record.phase == Phase::Up => Ok(record),
            _ => Err(gone()),
        }
    }
}

/// Takes the places of one or two twins, both at once. The second one is none if there is only one; `wait` is called while
/// there is none.
pub(crate) fn twin_places(
    estate: &Estate,
    wanted: usize,
    wait: Wait<'_>,
) -> Result<(Place, Option<Place>), SandboxError> {
    estate.take_places(Occupant::Twin, wanted, wait)
}

/// Takes a place and boots a twin; see `boot_twin`.
pub fn launch_twin(estate: &Estate, of: &Sandbox) -> Result<(Sandbox, Record, Lease), SandboxError> {
    let (place, _) = twin_places(estate, 1, &|_| ControlFlow::Continue(()))?;
    boot_twin(estate, of, &place)
}

/// Boots a copy of a running sandbox. Its manager has just read the unit files from disk. The caller stops it.
pub(crate) fn boot_twin(
    estate: &Estate,
    of: &Sandbox,
    place: &Place,
) -> Result<(Sandbox, Record, Lease), SandboxError> {
    let origin = of.record()?.ok_or_else(|| SandboxError::NotRunning { name: of.name().to_owned() })?;
    let twin = estate.sandbox(&format!("{}-twin-{}", of.name(), host::random_id()));
    let plan = Plan {
        lab: origin.lab().to_owned(),
        owner: origin.owner(),
        owner_gid: origin.owner_gid,
        source: RootSource::CopyOf(of.name().to_owned()),
        os_tree: origin.os_tree().to_owned(),
        program: origin.program.clone(),
        gate_data: serde_json::Value::Null,
    };
    let (record, lease) = launch_at(estate, twin.name(), &plan, place)?;
    Ok((twin, record, lease))
}
