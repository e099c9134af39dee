//! Why a service is not active, or does not stay active.

use super::address_in_use::{address_in_use, stop_process};
use super::condition::unmet_condition;
use super::environment::missing_environment;
use super::not_loaded::why_not_loaded;
use super::ordering_cycle::start_dropped;
use super::permission_denied::permission_denied;
use super::privileged_port::privileged_port;
use super::protection_directives::protected_path;
use super::readiness::not_ready;
use super::shell_syntax::shell_syntax;
use super::systemd_status::causes_of_status;
use crate::engine::judge::RestartRate;
use crate::engine::unit_files::UnitFiles;
use crate::engine::unit_view::UnitView;
use crate::model::{Cause, Diagnosis, End, FailureFact, PortOwner, StabilityFact, UnitFact, ended};

/// How the last main process ended, or the `ExecStartPre=` or `ExecStartPost=` command that failed:
/// `its last main process exited with status 203/EXEC: …`.
pub(crate) fn last_exit(unit: &UnitFact) -> Option<String> {
    let ended = ended(unit)?;
    let process = match ended.directive {
        "ExecStart" if unit.get("Type") != "forking" => "last main process",
        directive => &format!("{directive}="),
    };
    Some(format!("its {process} {}", ended.end.describe()))
}

/// The causes on the learner's machine, root causes first.
pub(crate) fn why_not_running(
    view: &UnitView,
    unit: &UnitFact,
    files: Option<&UnitFiles>,
    stability: Option<&StabilityFact>,
) -> Vec<Diagnosis> {
    InactiveUnit { view, unit, files, stability, failure: view.failure(), probed: true }.causes()
}

/// The causes on the copy that has just booted. Its ports were not probed.
pub(crate) fn why_not_running_after_boot(
    view: &UnitView,
    unit: &UnitFact,
    files: Option<&UnitFiles>,
    stability: Option<&StabilityFact>,
) -> Vec<Diagnosis> {
    InactiveUnit { view, unit, files, stability, failure: view.twin_failure(), probed: false }.causes()
}

/// A unit that is not active, with the evidence from one machine.
struct InactiveUnit<'a> {
    view: &'a UnitView<'a>,
    unit: &'a UnitFact,
    files: Option<&'a UnitFiles<'a>>,
    stability: Option<&'a StabilityFact>,
    failure: Option<&'a FailureFact>,
    probed: bool,
}

impl InactiveUnit<'_> {
    fn causes(&self) -> Vec<Diagnosis> {
        let Self { view, unit, files, .. } = *self;
        let mut causes = why_not_loaded(view, unit, files);
        if unit.get("LoadState") != "loaded" {
            return causes;
        }
        let ended = ended(unit);
        let end = ended.as_ref().map(|ended| ended.end);
        if let Some(ended) = &ended {
            causes.extend(causes_of_status(view, unit, files, self.failure, ended));
        }
        // If systemd set the status, the program did not run, and its messages are from an earlier run. A unit that is
        // being restarted shows no end.
        if !end.is_some_and(End::is_systemds_own) {
            let has_run = end.is_some() || !matches!(unit.get("NRestarts"), "" | "0");
            causes.extend(shell_syntax(unit, files).filter(|_| has_run));
            // If systemd stopped the unit, its messages do not explain the end.
            causes.extend(if was_stopped(unit) { vec![] } else { self.reported_by_the_program(end) });
        }
        let start = unmet_condition(view, unit, files, self.failure)
            .or_else(|| start_dropped(view, unit, files, self.failure))
            .or_else(|| not_ready(view, unit, self.failure));
        causes.extend(start.or_else(|| inactive_without_failure(view, unit, end)));
        causes.extend(crash_loop_and_start_limit(view, unit, self.stability));
        causes
    }

    fn reported_by_the_program(&self, end: Option<End>) -> Vec<Diagnosis> {
        let mut causes: Vec<Diagnosis> = Vec::new();
        if let Some(failure) = self.failure {
            causes.extend(address_in_use(self.view, failure, self.probed));
            // A protection directive denies access regardless of the modes, so it comes first.
            let denied = protected_path(self.view, self.unit, self.files, failure);
            let denied = denied.or_else(|| permission_denied(self.view, self.unit, failure));
            causes.extend(denied.or_else(|| privileged_port(self.view, self.unit, failure)));
            causes.extend(missing_environment(self.view, self.unit, self.files, failure));
        }
        let failed = end.is_some_and(|end| matches!(end, End::Exited(1..)) && !end.is_systemds_own());
        if causes.is_empty() && failed && self.probed {
            causes.extend(foreign_listeners(self.view));
        }
        causes
    }
}

/// The listeners on the unit's ports that do not belong to it: its own bind(2) must fail.
fn foreign_listeners(view: &UnitView) -> Vec<Diagnosis> {
    view.probes()
        .filter_map(|(port, fact)| match &fact.owner {
            PortOwner::Other { pid, comm } => Some(foreign_listener(view, port, *pid, comm)),
            _ => None,
        })
        .collect()
}

/// A process outside of the unit listens on the unit's port.
pub(crate) fn foreign_listener(view: &UnitView, port: u16, pid: u32, comm: &str) -> Diagnosis {
    let unit = view.unit;
    if pid == 1 {
        return Cause::SocketUnitHoldsThePort
            .because(format!(
                "systemd itself listens on port {port} for a socket unit, and {unit} did not take over the socket."
            ))
            .next_step("systemctl list-sockets");
    }
    Cause::OrphanAnswersThePort
        .because(format!(
            "Pid {pid} ({comm}) listens on port {port} and does not belong to {unit}, so {unit} cannot use the port."
        ))
        .next_step(stop_process(pid, unit))
}

fn inactive_without_failure(view: &UnitView, unit: &UnitFact, end: Option<End>) -> Option<Diagnosis> {
    let name = view.unit;
    let not_started = |text: String| Cause::NotStarted.because(text).next_step(format!("sudo systemctl start {name}"));
    match end {
        _ if unit.get("ActiveState") != "inactive" => None,
        _ if was_stopped(unit) => Some(not_started(format!(
            "systemd stopped {name}, because of a stop request or because a unit that it depends on stopped. It was not started again."
        ))),
        None => {
            Some(not_started(format!("{name} is loaded, but it was not started, or it exited successfully.")))
        }
        Some(End::Exited(0)) if unit.get("Type") == "oneshot" => Some(
            Cause::EndedByItself
                .because(format!(
                    "{name} finished its work: a oneshot service without RemainAfterExit=yes does not stay active."
                ))
                .next_step(format!(
                    "to keep it active, set RemainAfterExit=yes under [Service]; then sudo systemctl daemon-reload && sudo systemctl restart {name}"
                )),
        ),
        Some(End::Exited(0)) => Some(
            Cause::EndedByItself
                .because(format!("The main process of {name} exited with status 0, so the service ended."))
                .next_step("run the program in the foreground in ExecStart=, without & or a daemon mode"),
        ),
        Some(End::Signal { number, .. }) if unit.get("Result") == "success" => Some(not_started(format!(
            "Signal {number} ended the main process of {name}, which systemd does not count as a failure. It was not started again."
        ))),
        Some(_) => None,
    }
}

/// systemd stopped the unit: it left the active state before its main process ended.
fn was_stopped(unit: &UnitFact) -> bool {
    let time = |name| unit.get(name).parse::<u64>().ok().filter(|at| *at > 0);
    let (left, ended) = (time("ActiveExitTimestampMonotonic"), time("ExecMainExitTimestampMonotonic"));
    let remains = unit.get("RemainAfterExit") == "yes";
    unit.get("ActiveState") == "inactive"
        && unit.get("Result") == "success"
        && left.zip(ended).is_some_and(|(left, ended)| left < ended || remains)
}

/// A crash loop, and the start limit if it ended the loop.
fn crash_loop_and_start_limit(view: &UnitView, unit: &UnitFact, stability: Option<&StabilityFact>) -> Vec<Diagnosis> {
    let number = |name| unit.get(name).parse::<u64>().unwrap_or(0);
    let (restarts, burst) = (number("NRestarts"), number("StartLimitBurst"));
    let mut causes = Vec::new();
    let restarted = stability.is_some_and(|fact| fact.after.restarts > fact.before.restarts);
    // The properties may be newer than the samples, so look at both.
    let waits_for_restart = unit.get("SubState").starts_with("auto-restart")
        || stability.is_some_and(|fact| fact.after.sub.starts_with("auto-restart"))
        || stability.is_some_and(|fact| fact.after.active == "activating" && fact.after.restarts > 0);
    let failed = unit.get("ActiveState") == "failed";
    let name = view.unit;
    // Result= may be start-limit-hit or exit-code at the end of a loop , so count the restarts.
    if restarted || waits_for_restart || failed && restarts > 0 {
        let restarts = stability.map_or(restarts, |fact| restarts.max(fact.after.restarts));
        causes.push(
            Cause::CrashLoop
                .because(format!(
                    "{name} dies, is restarted, and dies again (NRestarts={restarts}). The restarts hide why it dies."
                ))
                .next_step(format!("journalctl -u {name} -n 30")),
        );
    }
    // If Result= names the last exit instead, enough restarts prove that the limit was hit.
    let has_reached_limit =
        || burst > 0 && restarts >= burst && unit.get("Restart") != "no" && RestartRate::of(unit).gives_up();
    if failed && (unit.get("Result") == "start-limit-hit" || has_reached_limit()) {
        causes.push(
            Cause::StartLimitHit
                .because(format!(
                    "{name} was started more often than StartLimitBurst={burst} allows within {}, and systemd gave up.",
                    unit.get("StartLimitIntervalUSec")
                ))
                .next_step(format!(
                    "correct the cause first, then sudo systemctl reset-failed {name} && sudo systemctl start {name}"
                )),
        );
    }
    causes
}
