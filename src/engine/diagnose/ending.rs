//! Why a unit is not running, or does not stay so.

use super::complaint::{address_in_use, from_where, permission_denied};
use super::condition::unmet;
use super::environment::assumed;
use super::ordering::start_dropped;
use super::privileged_port::privileged_port;
use super::shell::shell_words;
use super::step::behind_the_status;
use super::unloadable;
use super::waiting::waits;
use super::wall::walled;
use crate::engine::judge::Pace;
use crate::engine::layers::Layers;
use crate::engine::unit_view::UnitView;
use crate::model::{Cause, Diagnosis, End, FailureFact, PortOwner, StabilityFact, UnitFact, ended};

/// How the last main process ended, if one did: `its last main process ended with status 203/EXEC: …`; or the command
/// before or after it that failed.
pub(crate) fn ending(unit: &UnitFact) -> Option<String> {
    let ended = ended(unit)?;
    let whose = match ended.directive {
        "ExecStart" if unit.get("Type") != "forking" => "last main process",
        directive => &format!("{directive}="),
    };
    Some(format!("its {whose} ended with {}", ended.end.describe()))
}

/// The causes of a unit that is not active, or does not stay active, on the learner's machine; root cause first.
pub(crate) fn why_not_running(
    seen: &UnitView,
    unit: &UnitFact,
    layers: Option<&Layers>,
    stability: Option<&StabilityFact>,
) -> Vec<Diagnosis> {
    Fallen { seen, unit, layers, stability, failure: seen.failure(), probed: true }.causes()
}

/// The same on the copy that has just booted, whose ports nobody has asked.
pub(crate) fn why_not_running_after_boot(
    seen: &UnitView,
    unit: &UnitFact,
    layers: Option<&Layers>,
    stability: Option<&StabilityFact>,
) -> Vec<Diagnosis> {
    Fallen { seen, unit, layers, stability, failure: seen.rebooted_failure(), probed: false }.causes()
}

/// A unit that does not run, and what one machine says of it.
struct Fallen<'a> {
    seen: &'a UnitView<'a>,
    unit: &'a UnitFact,
    layers: Option<&'a Layers<'a>>,
    stability: Option<&'a StabilityFact>,
    failure: Option<&'a FailureFact>,
    probed: bool,
}

impl Fallen<'_> {
    fn causes(&self) -> Vec<Diagnosis> {
        let Self { seen, unit, layers, .. } = *self;
        let mut causes = unloadable(seen, unit, layers);
        if unit.get("LoadState") != "loaded" {
            return causes;
        }
        let ended = ended(unit);
        let end = ended.as_ref().map(|ended| ended.end);
        if let Some(ended) = &ended {
            causes.extend(behind_the_status(seen, unit, layers, self.failure, ended));
        }
        // Whatever systemd's own statuses mean, the program has not run then, and its last words are older. One that
        // is being restarted has no end to be seen.
        if !end.is_some_and(End::is_systemds_own) {
            let has_run = end.is_some() || !matches!(unit.get("NRestarts"), "" | "0");
            causes.extend(shell_words(unit, layers).filter(|_| has_run));
            // Whatever one that was stopped complained of, it is not what ended it.
            causes.extend(if was_stopped(unit) { vec![] } else { self.complaints(end) });
        }
        let kept = unmet(seen, unit, layers, self.failure)
            .or_else(|| start_dropped(seen, unit, layers, self.failure))
            .or_else(|| waits(seen, unit, self.failure));
        causes.extend(kept.or_else(|| never_came_up(seen, unit, end)));
        causes.extend(loops(seen, unit, self.stability));
        causes
    }

    fn complaints(&self, end: Option<End>) -> Vec<Diagnosis> {
        let mut causes: Vec<Diagnosis> = Vec::new();
        if let Some(failure) = self.failure {
            causes.extend(address_in_use(self.seen, failure, self.probed));
            // Behind a wall the bits that are there count for nothing.
            let denied = walled(self.seen, self.unit, self.layers, failure);
            let denied = denied.or_else(|| permission_denied(self.seen, self.unit, failure));
            causes.extend(denied.or_else(|| privileged_port(self.seen, self.unit, failure)));
            causes.extend(assumed(self.seen, self.unit, self.layers, failure));
        }
        let failed = end.is_some_and(|end| matches!(end, End::Exited(1..)) && !end.is_systemds_own());
        if causes.is_empty() && failed && self.probed {
            causes.extend(stranger_on_the_port(self.seen));
        }
        causes
    }
}

/// The port that the unit should answer on is held by somebody else: its own bind(2) cannot succeed.
fn stranger_on_the_port(seen: &UnitView) -> Vec<Diagnosis> {
    seen.probes()
        .filter_map(|(port, fact)| match &fact.owner {
            PortOwner::Other { pid, comm } => Some(orphan(seen, port, *pid, comm)),
            _ => None,
        })
        .collect()
}

/// Somebody outside of the unit listens where the unit should.
pub(crate) fn orphan(seen: &UnitView, port: u16, pid: u32, comm: &str) -> Diagnosis {
    if pid == 1 {
        // A socket unit's: the manager listens for a service that it will start, and it was not this one.
        return Cause::SocketUnitHoldsThePort
            .because(format!(
                "systemd itself listens on port {port} for a socket unit, and {0} has not taken it over.",
                seen.unit
            ))
            .next_step("systemctl list-sockets");
    }
    Cause::OrphanAnswersThePort
        .because(format!(
            "Pid {pid} ({comm}) holds port {port} and does not belong to {0}, so {0} cannot have it.",
            seen.unit
        ))
        .next_step(from_where(pid, seen.unit))
}

/// It is down without having failed.
fn never_came_up(seen: &UnitView, unit: &UnitFact, end: Option<End>) -> Option<Diagnosis> {
    let unit_name = seen.unit;
    let not_started =
        |how: String| Cause::NotStarted.because(how).next_step(format!("sudo systemctl start {unit_name}"));
    let by_itself = |how, next: String| Cause::EndedByItself.because(how).next_step(next);
    match end {
        _ if unit.get("ActiveState") != "inactive" => None,
        _ if was_stopped(unit) => Some(not_started(format!(
            "systemd has stopped {unit_name}, since it was asked to or what the unit is bound to went away, and nothing has started it since."
        ))),
        None => Some(not_started(format!(
            "{unit_name} is loaded, and nothing has started it, or it ended by itself, with success."
        ))),
        Some(End::Exited(0)) if unit.get("Type") == "oneshot" => Some(by_itself(
            format!("{unit_name} has done its work: a oneshot without RemainAfterExit=yes does not stay active."),
            format!(
                "if it is to count as up, RemainAfterExit=yes under [Service]; then sudo systemctl daemon-reload && sudo systemctl restart {unit_name}"
            ),
        )),
        Some(End::Exited(0)) => Some(by_itself(
            format!("The main process of {unit_name} ended by itself with status 0, and so the service is over."),
            "let ExecStart= run the program in the foreground, without & or a daemon mode".into(),
        )),
        Some(End::Signal { number, .. }) if unit.get("Result") == "success" => Some(not_started(format!(
            "The main process of {unit_name} was ended by signal {number}, which is no failure, and nothing has started it since."
        ))),
        Some(_) => None,
    }
}

/// systemd was asked to stop it: it left the state active before its main process ended, and not after that.
fn was_stopped(unit: &UnitFact) -> bool {
    let at = |name| unit.get(name).parse::<u64>().ok().filter(|at| *at > 0);
    let (left, ended) = (at("ActiveExitTimestampMonotonic"), at("ExecMainExitTimestampMonotonic"));
    let kept = unit.get("RemainAfterExit") == "yes";
    unit.get("ActiveState") == "inactive"
        && unit.get("Result") == "success"
        && left.zip(ended).is_some_and(|(left, ended)| left < ended || kept)
}

/// It starts and dies, over and over; or it did, until systemd gave up.
fn loops(seen: &UnitView, unit: &UnitFact, stability: Option<&StabilityFact>) -> Vec<Diagnosis> {
    let number = |name| unit.get(name).parse::<u64>().unwrap_or(0);
    let (restarts, burst) = (number("NRestarts"), number("StartLimitBurst"));
    let mut causes = Vec::new();
    let seen_restarting = stability.is_some_and(|fact| fact.after.restarts > fact.before.restarts);
    // The unit may have been looked at later than it was watched.
    let waits = unit.get("SubState").starts_with("auto-restart")
        || stability.is_some_and(|fact| fact.after.sub.starts_with("auto-restart"))
        || stability.is_some_and(|fact| fact.after.active == "activating" && fact.after.restarts > 0);
    let failed = unit.get("ActiveState") == "failed";
    let unit_name = seen.unit;
    // A loop may end as start-limit-hit, or as exit-code (truth 19): the counter tells in both cases.
    if seen_restarting || waits || failed && restarts > 0 {
        let restarts = stability.map_or(restarts, |fact| restarts.max(fact.after.restarts));
        causes.push(Cause::CrashLoop.because(format!(
                "{unit_name} dies, is restarted, and dies again (NRestarts={restarts}): the restarts hide why it dies."
            )).next_step(format!("journalctl -u {unit_name} -n 30")));
    }
    // Where the last death is what Result= names, the limit is told by the count, if it can be met and if a restart was due.
    let spent = || burst > 0 && restarts >= burst && unit.get("Restart") != "no" && Pace::of(unit).gives_up();
    if failed && (unit.get("Result") == "start-limit-hit" || spent()) {
        causes.push(Cause::StartLimitHit.because(format!(
                "{unit_name} was started more often than StartLimitBurst={burst} allows within {}, and systemd gave up.",
                unit.get("StartLimitIntervalUSec")
            )).next_step(format!("mend the cause first, then sudo systemctl reset-failed {unit_name} && sudo systemctl start {unit_name}")));
    }
    causes
}
