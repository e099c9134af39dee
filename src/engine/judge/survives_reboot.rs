//! `survives-reboot`: the unit is active on a freshly booted twin.

use super::active::{State, observed, sample_text, state};
use crate::engine::ask;
use crate::engine::diagnose::{dropped_at_boot, why_not_enabled, why_not_running_after_boot};
use crate::engine::finding::Finding;
use crate::engine::unit_files::UnitFiles;
use crate::engine::unit_view::UnitView;
use crate::model::{Cause, Diagnosis, Layer, Sample, StabilityFact, TimeSpan, UnitFact, Unknown, Verdict};

pub(super) fn judge(view: &UnitView, hold: TimeSpan) -> Verdict {
    let mut finding = Finding::expecting(format!("active after a reboot, the same for {hold}"));
    let fact = match view.stability_after_reboot(&ask::stability(view.unit, hold)) {
        None => return finding.not_run("not run: no copy of this machine was booted"),
        Some(Err(unknown)) => return finding.unknown(&unknown),
        Some(Ok(fact)) => fact,
    };
    let (before, after) = (&fact.before, &fact.after);
    let source = view.show("ActiveState,SubState,MainPID,NRestarts");
    let up = |sample: &Sample| match sample.up_ms {
        0 => sample_text(sample),
        ms => format!("{}, up for {}", sample_text(sample), span(ms)),
    };
    finding.show(Layer::Live, &source, format!("on a freshly booted copy: {}", up(before)));
    if before != after {
        finding.show(Layer::Live, &source, format!("{} later: {}", span(fact.watched_ms), up(after)));
    }
    let unit = view.twin_loaded();
    match state(fact, false) {
        State::Holds => finding.passed(held(after)),
        State::JustStarted if after.up_ms >= hold.as_micros() / 1000 => finding.passed(held(after)),
        State::JustStarted => finding.unknown(&Unknown {
            reason: format!("after a reboot it became active just before the watch ended ({})", span(after.up_ms)),
            remedy: Some("check again".into()),
        }),
        State::Down if is_starting(after, unit) => finding.unknown(&Unknown {
            reason: "after a reboot it was still starting when the watch ended".into(),
            remedy: Some(format!("see what it waits for: systemctl status {}", view.unit)),
        }),
        state => {
            if let Some(unit) = unit {
                explain(&mut finding, view, unit, fact, state);
            }
            finding.failed(format!("after a reboot: {}", observed(state, fact, unit)))
        }
    }
}

fn explain(finding: &mut Finding, view: &UnitView, unit: &UnitFact, fact: &StabilityFact, state: State) {
    let files = view.files();
    let unit_files = files.as_ref().ok().map(|files| UnitFiles::read(files));
    let boot = view.twin_boot();
    // A unit that the boot does not pull in cannot fail, so look at that first.
    let pulled = boot.is_none_or(|boot| !boot.chain.is_empty());
    if state == State::Down && !pulled {
        finding
            .because(boot.map(|boot| why_not_enabled(view, boot, Some(unit), unit_files.as_ref())).unwrap_or_default());
    } else {
        let why = why_not_running_after_boot(view, unit, unit_files.as_ref(), Some(fact));
        let cycle = boot.map_or(&[][..], |boot| &boot.cycle);
        let left = || dropped_at_boot(view, unit_files.as_ref(), cycle).unwrap_or_else(|| left_down(view));
        // The advice to start it by hand does not help the next boot.
        finding.because(why.into_iter().map(|why| if why.cause == Cause::NotStarted { left() } else { why }));
    }
}

/// The boot pulls it in, and it is inactive without a failure.
fn left_down(view: &UnitView) -> Diagnosis {
    let unit = view.unit;
    Cause::BootLeavesItDown
        .because(format!("The boot pulls in {unit}, but it is inactive afterwards, although it did not fail."))
        .next_step(format!(
            "look for a unit that conflicts with it: systemctl show -p ConflictedBy,Conflicts,PartOf,BindsTo {unit}"
        ))
}

fn held(after: &Sample) -> String {
    format!("after a reboot: {} ({}), up for {}", after.active, after.sub, span(after.up_ms))
}

/// A start job is running or queued, or the program is not ready yet.
///
/// Not after a restart: a crash loop passes through this state, too.
fn is_starting(after: &Sample, unit: Option<&UnitFact>) -> bool {
    match after.active.as_str() {
        "activating" => after.restarts == 0 && !after.sub.starts_with("auto-restart"),
        _ => unit.is_some_and(|unit| !["", "0"].contains(&unit.get("Job"))),
    }
}

fn span(ms: u64) -> TimeSpan {
    TimeSpan::from_micros(ms.saturating_mul(1000))
}
