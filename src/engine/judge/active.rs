//! `active`: up, and still the same main process, invocation and restart count when looked at again.
//!
//! One look lies: a service that dies every second is "active" at every sample (truth 20).

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
    finding.show(Layer::Live, &source, look(before));
    if before != after {
        finding.show(Layer::Live, &source, format!("{} ms later: {}", fact.watched_ms, look(after)));
    }
    let unit = view.loaded().ok();
    if let Some(ending) = unit.and_then(last_exit).filter(|_| !is_up(after)) {
        finding.show(Layer::Live, view.show("Result,ExecMainCode,ExecMainStatus"), ending);
    }
    // Restarts hide why it dies; its last words mostly tell.
    let failure = view.failure().filter(|_| before != after || !is_up(after));
    if let Some(words) = failure.and_then(|failure| failure.messages.last()) {
        finding.show(Layer::Live, format!("journalctl -u {} -n 30", view.unit), words);
    }
    match state(fact, running) {
        State::Holds => finding.passed(described(after)),
        State::JustStarted => finding.unknown(&Unknown {
            reason: format!("it has only just become active ({} ms ago)", after.up_ms),
            remedy: Some(format!("check again in {hold}")),
        }),
        state => {
            let files = view.files();
            let layers = files.as_ref().ok().map(|files| UnitFiles::read(files));
            match unit {
                Some(unit) if state == State::NoMainProcess => finding.because(no_main_process(view, unit)),
                Some(unit) => finding.because(why_not_running(view, unit, layers.as_ref(), Some(fact))),
                None => {}
            }
            finding.failed(observed(state, fact, unit))
        }
    }
}

/// What two looks amount to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Holds,
    /// Active, as it should be, and it came up within the window: nothing is proven yet, either way.
    JustStarted,
    /// Up at both looks, and not the same.
    Replaced,
    /// Active, and there is no main process (truth 23).
    NoMainProcess,
    Down,
}

pub(super) fn state(fact: &StabilityFact, running: bool) -> State {
    let (before, after) = (&fact.before, &fact.after);
    if !is_up(after) {
        return State::Down;
    }
    let same =
        (before.main_pid, &before.invocation, before.restarts) == (after.main_pid, &after.invocation, after.restarts);
    if is_up(before) && !same || after.restarts > before.restarts {
        State::Replaced
    } else if running && (after.main_pid == 0 || after.active == "active" && after.sub != "running") {
        State::NoMainProcess
    } else if is_up(before) {
        State::Holds
    } else {
        State::JustStarted
    }
}

/// A service that reloads its configuration is up meanwhile.
fn is_up(sample: &Sample) -> bool {
    matches!(sample.active.as_str(), "active" | "reloading" | "refreshing")
}

pub(super) fn look(sample: &Sample) -> String {
    format!("{}, MainPID={}, NRestarts={}", described(sample), sample.main_pid, sample.restarts)
}

pub(super) fn described(sample: &Sample) -> String {
    format!("{} ({})", sample.active, sample.sub)
}

pub(super) fn observed(state: State, fact: &StabilityFact, unit: Option<&UnitFact>) -> String {
    let (before, after) = (&fact.before, &fact.after);
    match state {
        State::Replaced => format!(
            "active at both looks, but not the same: main pid {} then {}, NRestarts {} then {}",
            before.main_pid, after.main_pid, before.restarts, after.restarts
        ),
        State::NoMainProcess if after.sub == "exited" => {
            "active (exited): its command is done, and no process is left".into()
        }
        State::NoMainProcess => format!("{}, with no main process", described(after)),
        _ => {
            let missing = unit.filter(|unit| unit.get("LoadState") != "loaded");
            match (missing, unit.and_then(last_exit)) {
                (Some(unit), _) => format!("{}, and LoadState={}", described(after), unit.get("LoadState")),
                (None, Some(ending)) => format!("{}: {ending}", described(after)),
                (None, None) => described(after),
            }
        }
    }
}
