//! `active`: the unit is active, and its main process, invocation and restart count do not change for a while.
//!
//! One sample is not enough: a service that exits every second is active in most samples (truth 20).

use crate::engine::ask;
use crate::engine::diagnose::{last_exit, no_main_process, why_not_running};
use crate::engine::finding::Finding;
use crate::engine::unit_files::UnitFiles;
use crate::engine::unit_view::UnitView;
use crate::model::{Layer, Sample, StabilityFact, TimeSpan, UnitFact, Unknown, Verdict};

pub(super) fn judge(view: &UnitView, running: bool, hold: TimeSpan) -> Verdict {
    let what = if running { "active (running) with a main process" } else { "active" };
    let mut finding = Finding::expecting(format!("{what}, the same for {hold}"));
    let fact = match view.live(&ask::stability(view.unit, hold)) {
        Ok(fact) => fact,
        Err(unknown) => return finding.unknown(&unknown),
    };
    let (before, after) = (&fact.before, &fact.after);
    let source = view.show("ActiveState,SubState,MainPID,NRestarts,InvocationID");
    finding.show(Layer::Live, &source, sample_text(before));
    if before != after {
        finding.show(Layer::Live, &source, format!("{} ms later: {}", fact.watched_ms, sample_text(after)));
    }
    let unit = view.loaded().ok();
    if let Some(exit) = unit.and_then(last_exit).filter(|_| !after.is_up()) {
        finding.show(Layer::Live, view.show("Result,ExecMainCode,ExecMainStatus"), exit);
    }
    // The last message in the journal often names the reason for an exit.
    let failure = view.failure().filter(|_| before != after || !after.is_up());
    if let Some(message) = failure.and_then(|failure| failure.messages.last()) {
        finding.show(Layer::Live, format!("journalctl -u {} -n 30", view.unit), message);
    }
    match state(fact, running) {
        State::Holds => finding.passed(described(after)),
        State::JustStarted => finding.unknown(&Unknown {
            reason: format!("it became active only {} ms ago", after.up_ms),
            remedy: Some(format!("check again in {hold}")),
        }),
        state => {
            let files = view.files();
            let unit_files = files.as_ref().ok().map(|files| UnitFiles::read(files));
            match unit {
                Some(unit) if state == State::NoMainProcess => finding.because(no_main_process(view, unit)),
                Some(unit) => finding.because(why_not_running(view, unit, unit_files.as_ref(), Some(fact))),
                None => {}
            }
            finding.failed(observed(state, fact, unit))
        }
    }
}

/// The result of two samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Active, and the same in both samples.
    Holds,
    /// It became active between the samples, so stability is unknown.
    JustStarted,
    /// Active in both samples, with another main process, invocation or restart count.
    Replaced,
    /// Active without a main process (truth 23).
    NoMainProcess,
    Down,
}

pub(super) fn state(fact: &StabilityFact, running: bool) -> State {
    let (before, after) = (&fact.before, &fact.after);
    if !after.is_up() {
        return State::Down;
    }
    let same =
        (before.main_pid, &before.invocation, before.restarts) == (after.main_pid, &after.invocation, after.restarts);
    if before.is_up() && !same || after.restarts > before.restarts {
        State::Replaced
    } else if running && (after.main_pid == 0 || after.active == "active" && after.sub != "running") {
        State::NoMainProcess
    } else if before.is_up() {
        State::Holds
    } else {
        State::JustStarted
    }
}

pub(super) fn sample_text(sample: &Sample) -> String {
    format!("{}, MainPID={}, NRestarts={}", described(sample), sample.main_pid, sample.restarts)
}

pub(super) fn described(sample: &Sample) -> String {
    format!("{} ({})", sample.active, sample.sub)
}

pub(super) fn observed(state: State, fact: &StabilityFact, unit: Option<&UnitFact>) -> String {
    let (before, after) = (&fact.before, &fact.after);
    match state {
        State::Replaced => format!(
            "active in both samples, but restarted between them: main pid {} then {}, NRestarts {} then {}",
            before.main_pid, after.main_pid, before.restarts, after.restarts
        ),
        State::NoMainProcess if after.sub == "exited" => {
            "active (exited): its command has exited, and no process is left".into()
        }
        State::NoMainProcess => format!("{}, with no main process", described(after)),
        _ => {
            let missing = unit.filter(|unit| unit.get("LoadState") != "loaded");
            match (missing, unit.and_then(last_exit)) {
                (Some(unit), _) => format!("{}, and LoadState={}", described(after), unit.get("LoadState")),
                (None, Some(exit)) => format!("{}: {exit}", described(after)),
                (None, None) => described(after),
            }
        }
    }
}
