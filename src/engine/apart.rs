//! Which kills can run on a second twin while the first one is watched after its boot.
//!
//! On one twin, a unit is watched and then killed. On two, it is killed as soon as it is up, on the second. That result
//! counts if a kill after the watch would have given the same; else the watched twin performs the trial again.

use super::ask::{trials, twin_questions};
use crate::model::{
    AnswerSet, KillFact, KillOutcome, Lab, PerformedTrial, Question, Sample, StabilityFact, StabilityQuestion, Trial,
    TrialMachine, UnitQuestion,
};

/// The trials whose units are also watched after the boot.
#[must_use]
pub fn trials_apart(lab: &Lab) -> Vec<Trial> {
    let questions = twin_questions(lab);
    let is_watched = |unit: &str| {
        questions.iter().any(|question| matches!(question, Question::Stability(asked) if asked.unit == unit))
    };
    let mut apart = trials(lab, TrialMachine::Twin);
    apart.retain(|Trial::Kill(trial)| is_watched(&trial.unit));
    apart
}

/// How a unit did on the twin where it was not killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undisturbed {
    /// The boot started it, and it stayed the same.
    Up,
    /// It stayed down.
    Down,
    /// Anything else, such as a crash loop.
    Unsteady,
}

/// How the unit of a trial did on the watched twin.
#[must_use]
pub fn undisturbed(watched: &AnswerSet, Trial::Kill(trial): &Trial) -> Undisturbed {
    let of_this = watched.all::<StabilityQuestion>().filter(|(question, _)| question.unit == trial.unit);
    let windows: Option<Vec<&StabilityFact>> = of_this.map(|(_, answer)| answer.as_ref().ok()).collect();
    let windows = windows.unwrap_or_default();
    let unit = watched.get(&UnitQuestion { unit: trial.unit.clone() });
    let has_job = unit.is_ok_and(|unit| !["", "0"].contains(&unit.get("Job")));
    if windows.is_empty() {
        Undisturbed::Unsteady
    } else if windows.iter().all(|fact| stayed_up(fact)) {
        Undisturbed::Up
    } else if !has_job && windows.iter().all(|fact| fact.before == fact.after && is_down(&fact.after)) {
        Undisturbed::Down
    } else {
        Undisturbed::Unsteady
    }
}

/// Whether a kill on the second twin, as soon as the unit was up, shows what a kill on the watched one would show.
#[must_use]
pub fn counts(unit: Undisturbed, PerformedTrial::Kill(_, answer): &PerformedTrial) -> bool {
    let Ok(KillFact { before, started_first, outcome, .. }) = answer else { return false };
    match (unit, outcome) {
        (Undisturbed::Up, KillOutcome::Back { .. }) => !started_first && before.restarts == 0,
        (Undisturbed::Up, KillOutcome::Waiting { after, .. }) => {
            !started_first && after.sub.starts_with("auto-restart") && after.restarts == 0
        }
        (Undisturbed::Down, KillOutcome::Back { .. } | KillOutcome::NotUp { .. }) => *started_first,
        // A start limit, or what a program had not yet finished, can refuse a restart that would succeed later.
        _ => false,
    }
}

fn stayed_up(StabilityFact { before, after, .. }: &StabilityFact) -> bool {
    let same = (before.main_pid, &before.invocation) == (after.main_pid, &after.invocation);
    after.is_up() && after.restarts == 0 && (same || !before.is_up())
}

fn is_down(sample: &Sample) -> bool {
    matches!(sample.active.as_str(), "inactive" | "failed") && !sample.sub.ends_with("-before-auto-restart")
}

#[cfg(test)]
mod tests {
    use super::{Undisturbed, counts, trials_apart, undisturbed};
    use crate::engine::testbed::{UNIT, check, lab, service};
    use crate::model::{
        AnswerSet, KillFact, KillOutcome, KillTrial, Kind, PerformedTrial, Sample, StabilityFact, StabilityQuestion,
        StartLimit, TimeSpan, TrialMachine, TypedQuestion, UnitFact, UnitQuestion, Unknown,
    };

    const SECOND: TimeSpan = TimeSpan::from_micros(1_000_000);

    fn kill() -> KillTrial {
        KillTrial { unit: UNIT.into(), within_ms: 5000, on: TrialMachine::Twin }
    }

    fn sample(state: &str, pid: u32, restarts: u64) -> Sample {
        let (active, sub) = state.split_once('/').unwrap();
        let invocation = pid.to_string();
        Sample { active: active.into(), sub: sub.into(), main_pid: pid, invocation, restarts, up_ms: 0 }
    }

    #[test]
    fn only_units_that_are_watched_too_are_killed_apart() {
        let back = || check("back", Kind::ComesBack { within: SECOND, again: false });
        let boot = || check("boot", Kind::SurvivesReboot { hold: SECOND });
        let mut other = boot();
        other.unit = "other.service".into();
        for (checks, expected) in [
            (vec![back(), boot()], vec![KillTrial { within_ms: 1000, ..kill() }.into()]),
            (vec![back(), other], vec![]),
            (vec![back()], vec![]),
            (vec![boot()], vec![]),
        ] {
            assert_eq!(trials_apart(&lab(checks)), expected);
        }
    }

    #[test]
    fn how_a_unit_did_without_a_kill() {
        let unit = |job: &str| service(&[("Job", job)]);
        let watched = |before: Sample, after: Sample, fact: UnitFact| -> AnswerSet {
            let fact_of_window = StabilityFact { before, after, watched_ms: 2000 };
            let question = StabilityQuestion { unit: UNIT.into(), window_ms: 2000 };
            let answers =
                [question.answered(Ok(fact_of_window)), UnitQuestion { unit: UNIT.into() }.answered(Ok(fact))];
            answers.into_iter().collect()
        };
        let up = || sample("active/running", 7, 0);
        for (what, before, after, job, expected) in [
            ("up", up(), up(), "", Undisturbed::Up),
            ("came up", sample("activating/start", 0, 0), up(), "", Undisturbed::Up),
            ("replaced", up(), sample("active/running", 8, 0), "", Undisturbed::Unsteady),
            (
                "restarted before",
                sample("active/running", 8, 1),
                sample("active/running", 8, 1),
                "",
                Undisturbed::Unsteady,
            ),
            ("ended", up(), sample("inactive/dead", 0, 0), "", Undisturbed::Unsteady),
            ("down", sample("inactive/dead", 0, 0), sample("inactive/dead", 0, 0), "", Undisturbed::Down),
            ("failed", sample("failed/failed", 0, 5), sample("failed/failed", 0, 5), "", Undisturbed::Down),
            ("queued", sample("inactive/dead", 0, 0), sample("inactive/dead", 0, 0), "7", Undisturbed::Unsteady),
            (
                "waits",
                sample("activating/auto-restart", 0, 1),
                sample("activating/auto-restart", 0, 1),
                "",
                Undisturbed::Unsteady,
            ),
        ] {
            assert_eq!(undisturbed(&watched(before, after, unit(job)), &kill().into()), expected, "{what}");
        }
        assert_eq!(undisturbed(&AnswerSet::default(), &kill().into()), Undisturbed::Unsteady);
        let unknown = Unknown { reason: "busy".into(), remedy: None };
        let question = StabilityQuestion { unit: UNIT.into(), window_ms: 2000 };
        let unanswered: AnswerSet = [question.answered(Err(unknown))].into_iter().collect();
        assert_eq!(undisturbed(&unanswered, &kill().into()), Undisturbed::Unsteady);
    }

    /// What a unit does differently right after its boot is asked again after its window: a spent start limit, a program
    /// that was killed before it was ready.
    #[test]
    fn a_kill_counts_if_it_would_have_been_the_same_later() {
        let back = || KillOutcome::Back { after: sample("active/running", 9, 1), after_ms: 100 };
        let gave_up = || KillOutcome::GaveUp { after: sample("failed/failed", 0, 1), result: "signal".into() };
        let waits =
            |state: &str, restarts| KillOutcome::Waiting { after: sample(state, 0, restarts), waited_ms: 20_000 };
        let not_up = || KillOutcome::NotUp { unit: service(&[]) };
        for (what, unit, started_first, restarts, outcome, expected) in [
            ("right", Undisturbed::Up, false, 0, back(), true),
            ("a long RestartSec=", Undisturbed::Up, false, 0, waits("activating/auto-restart", 0), true),
            ("a crash loop after it", Undisturbed::Up, false, 0, waits("activating/auto-restart", 3), false),
            ("a slow start after it", Undisturbed::Up, false, 0, waits("activating/start-pre", 1), false),
            ("not restarted", Undisturbed::Up, false, 0, gave_up(), false),
            ("no process yet", Undisturbed::Up, false, 0, KillOutcome::NoMainProcess, false),
            ("started by a timer later", Undisturbed::Up, true, 0, back(), false),
            ("restarted before", Undisturbed::Up, false, 1, back(), false),
            ("not enabled", Undisturbed::Down, true, 0, back(), true),
            ("cannot start", Undisturbed::Down, true, 0, not_up(), true),
            ("not enabled, not restarted", Undisturbed::Down, true, 0, gave_up(), false),
            ("was up for a moment", Undisturbed::Down, false, 0, back(), false),
            ("crash loop", Undisturbed::Unsteady, false, 0, back(), false),
        ] {
            let limit = StartLimit::default();
            let before = sample("active/running", 7, restarts);
            let fact = KillFact { before, started_first, restart: "always".into(), delay_us: 0, limit, outcome };
            assert_eq!(counts(unit, &PerformedTrial::Kill(kill(), Ok(fact))), expected, "{what}");
        }
        let refused = Unknown { reason: "refused".into(), remedy: None };
        assert!(!counts(Undisturbed::Up, &PerformedTrial::Kill(kill(), Err(refused))));
    }
}
