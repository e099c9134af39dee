//! The program reported that its address is in use: which process listens on the port.

use super::shell_word::shell_safe;
use crate::engine::unit_view::UnitView;
use crate::model::{Cause, Diagnosis, FailureFact, PortHolder, PortOwner, is_address_in_use};

/// `probed`: the ports of the checks were probed on the machine that the failure is from.
pub(super) fn address_in_use(view: &UnitView, failure: &FailureFact, probed: bool) -> Option<Diagnosis> {
    failure.messages.iter().find(|line| is_address_in_use(line))?;
    let unit = view.unit;
    let taken = |port: u16, holder: &str, next: String| {
        let text =
            format!("{unit} could not listen on port {port} (\"Address already in use\"): {holder} listens on it.");
        Cause::AddressInUse.because(text).next_step(next)
    };
    // If several of the possible ports are taken, the facts do not prove which one it was.
    match &failure.port_holders[..] {
        [holder, others @ ..] if others.iter().all(|other| other.port == holder.port) => {
            return Some(taken(holder.port, &describe_holder(unit, holder), how_to_free(unit, holder)));
        }
        _ => {}
    }
    let mut others = view.probes().filter(|_| probed).filter_map(|(port, fact)| match &fact.owner {
        PortOwner::Other { pid, comm } => Some((port, *pid, comm)),
        _ => None,
    });
    Some(match others.next() {
        Some((port, pid, comm)) => taken(port, &format!("pid {pid} ({comm})"), stop_process(pid, unit)),
        None => Cause::AddressInUse
            .because(format!(
                "{unit} failed because its address was in use (\"Address already in use\"). No process listens on it now."
            ))
            .next_step(format!(
                "sudo ss -tulnp, which shows the process that listens on each port; then sudo systemctl restart {unit}"
            )),
    })
}

fn describe_holder(unit: &str, holder: &PortHolder) -> String {
    let PortHolder { pid, comm, .. } = holder;
    match &holder.service {
        Some(service) if service == unit => format!("pid {pid} ({comm}), left over from an earlier run of {unit},"),
        Some(service) => format!("pid {pid} ({comm}) of {service}"),
        None if *pid == 1 => "systemd itself, for a socket unit,".into(),
        None => format!("pid {pid} ({comm}), which belongs to no service,"),
    }
}

fn how_to_free(unit: &str, holder: &PortHolder) -> String {
    match holder.service.as_deref().filter(|service| *service != unit).and_then(shell_safe) {
        Some(service) => format!("sudo systemctl stop {service} && sudo systemctl restart {unit}"),
        None if holder.pid == 1 => "systemctl list-sockets".into(),
        None if holder.service.is_none() => stop_process(holder.pid, unit),
        None => format!("sudo kill {}; sudo systemctl restart {unit}", holder.pid),
    }
}

/// A kill alone is not enough: its unit may start the process again.
pub(super) fn stop_process(pid: u32, unit: &str) -> String {
    format!(
        "systemctl status {pid}, which shows the unit that may start it again; then sudo kill {pid}; sudo systemctl restart {unit}"
    )
}
