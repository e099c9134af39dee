//! What the program itself complained of before it ended, where what is there now bears it out.

use super::paste::shell_safe;
use crate::engine::access::{READ, WRITE, bits, closed, may};
use crate::engine::unit_view::UnitView;
use crate::model::{
    Cause, Diagnosis, FailureFact, FileType, Holder, Identity, Needed, PortOwner, Purpose, UnitFact, is_address_in_use,
};

/// The port that it wanted is somebody else's, and the program has said so. `probed` are the ports that were asked on
/// the same machine.
pub(super) fn address_in_use(seen: &UnitView, failure: &FailureFact, probed: bool) -> Option<Diagnosis> {
    failure.said.iter().find(|line| is_address_in_use(line))?;
    let unit = seen.unit;
    let told = |port: u16, whom: &str, next: String| {
        let text = format!("Port {port} was taken when {unit} wanted it (\"Address already in use\"): {whom} has it.");
        Cause::AddressInUse.because(text).next_step(next)
    };
    // Where several of the ports that it may have meant are taken, nobody is to be accused.
    match &failure.holders[..] {
        [holder, others @ ..] if others.iter().all(|other| other.port == holder.port) => {
            return Some(told(holder.port, &whom(unit, holder), free(unit, holder)));
        }
        _ => {}
    }
    let mut strangers = seen.probes().filter(|_| probed).filter_map(|(port, fact)| match &fact.owner {
        PortOwner::Other { pid, comm } => Some((port, *pid, comm)),
        _ => None,
    });
    Some(match strangers.next() {
        Some((port, pid, comm)) => told(port, &format!("pid {pid} ({comm})"), from_where(pid, unit)),
        None => Cause::AddressInUse.because(format!(
                "{unit} ended because its address was in use (\"Address already in use\"); who had it cannot be seen now."
            )).next_step(format!("sudo ss -tulnp, to see who listens where; then sudo systemctl restart {unit}")),
    })
}

fn whom(unit: &str, holder: &Holder) -> String {
    let Holder { pid, comm, .. } = holder;
    match &holder.service {
        Some(service) if service == unit => format!("pid {pid} ({comm}), left over from an earlier start of {unit}"),
        Some(service) => format!("pid {pid} ({comm}) of {service}"),
        None if *pid == 1 => "systemd itself, for a socket unit,".into(),
        None => format!("pid {pid} ({comm}), which is no service's,"),
    }
}

fn free(unit: &str, holder: &Holder) -> String {
    match holder.service.as_deref().filter(|service| *service != unit).and_then(shell_safe) {
        Some(service) => format!("sudo systemctl stop {service} && sudo systemctl restart {unit}"),
        None if holder.pid == 1 => "systemctl list-sockets".into(),
        None if holder.service.is_none() => from_where(holder.pid, unit),
        None => format!("sudo kill {}; sudo systemctl restart {unit}", holder.pid),
    }
}

/// To kill it helps until whatever started it does so again.
pub(super) fn from_where(pid: u32, unit: &str) -> String {
    format!(
        "systemctl status {pid}, which shows what started it and will again; then sudo kill {pid}; sudo systemctl restart {unit}"
    )
}

/// It was denied a path, by its own words, and the bits there deny it to its user.
pub(super) fn permission_denied(seen: &UnitView, unit: &UnitFact, failure: &FailureFact) -> Option<Diagnosis> {
    let identity = failure.identity.as_ref()?;
    let denied = failure.paths.iter().filter(|needed| needed.purpose == Purpose::Denied);
    let (needed, what) = denied.into_iter().find_map(|needed| Some((needed, barred(identity, needed)?)))?;
    let user = unit.get("User");
    let path = shell_safe(&needed.path).unwrap_or("PATH");
    // It did not say what it wanted, and its words may be older than the bits.
    let readable = what.starts_with("write ");
    let older = if readable {
        format!("if it only reads it, that is mended: sudo systemctl restart {}; else ", seen.unit)
    } else {
        String::new()
    };
    Some(Cause::PermissionDenied.because(format!("The user {user} of {} may not {what}: permission denied, as the program said.", seen.unit)).next_step(format!(
            "{older}namei -l {path}, which shows who may do what on the way; give the user what it needs, and no more"
        )))
}

/// What of a path somebody may not do; none where the bits are no reason.
fn barred(identity: &Identity, needed: &Needed) -> Option<String> {
    if let Some(folder) = closed(identity, &needed.found.folders) {
        return Some(format!("enter {} ({}), and {} is below it", folder.path, bits(folder), needed.path));
    }
    let Some(node) = &needed.found.node else {
        let nearest = needed.found.folders.first().filter(|nearest| nearest.file_type == FileType::Folder)?;
        let parent = needed.path.rsplit_once('/').is_some_and(|(above, _)| above == nearest.path);
        let denied = parent && !may(identity, nearest, WRITE);
        return denied.then(|| format!("make {} in {} ({})", needed.path, nearest.path, bits(nearest)));
    };
    let act = match (may(identity, node, READ), may(identity, node, WRITE)) {
        (true, true) => return None,
        (true, false) if node.file_type == FileType::Folder => "make or remove anything in",
        (true, false) => "write",
        (false, true) => "read",
        (false, false) => "read or write",
    };
    Some(format!("{act} {} ({})", node.path, bits(node)))
}
