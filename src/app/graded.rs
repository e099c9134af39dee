//! What grading a lab found out, and how long it waited.

use std::time::Duration;

use super::twin::TwinRun;
use crate::engine;
use crate::machine::SETTLE;
use crate::model::{
    AnswerSet, CheckReport, KillFact, KillOutcome, Lab, Observations, PerformedTrial, Place, PlaceKind, SystemQuestion,
    Trials,
};
use crate::sandbox::SandboxError;

/// A graded lab.
#[derive(Debug)]
pub struct Graded {
    /// One report per check, in the lab's order.
    pub checks: Vec<CheckReport>,
    /// The machine that was graded.
    pub place: Place,
    /// All questions and answers.
    pub observations: Observations,
    /// Why there was no twin, if one was wanted.
    pub twin_error: Option<SandboxError>,
    /// What the twin cost.
    pub twin_run: Option<TwinRun>,
}

/// Time that grading has to wait, however fast unitlab is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waits {
    /// For a place for the twin.
    pub place: Duration,
    /// For the twin to boot.
    pub boot: Duration,
    /// While units are watched.
    pub watch: Duration,
    /// For `RestartSec=` after a kill.
    pub restart: Duration,
    /// Until a restarted service counts as stable.
    pub settle: Duration,
}

impl Waits {
    /// The sum of all waits.
    #[must_use]
    pub fn total(&self) -> Duration {
        self.place + self.boot + self.watch + self.restart + self.settle
    }
}

impl Graded {
    /// Judges what was observed of a sandbox.
    pub(super) fn in_sandbox(lab: &Lab, observations: Observations) -> Self {
        let place = Place { kind: PlaceKind::Sandbox, systemd: systemd_version(&observations.live) };
        Self { checks: engine::judge(lab, &observations), place, observations, twin_error: None, twin_run: None }
    }

    /// The waits of the machine or of one of its twins, whichever are longest: all are asked at the same time.
    #[must_use]
    pub fn waits(&self) -> Waits {
        let live = Waits { watch: engine::watched(&self.observations.live), ..Waits::default() };
        let TwinRun { place, boot, second_boot, .. } = self.twin_run.unwrap_or_default();
        let watch = self.observations.twin.as_ref().map(engine::watched).unwrap_or_default();
        let (restart, settle) = restart_waits(&self.observations.trials);
        let twins = match second_boot {
            None => vec![Waits { place, boot, watch, restart, settle }],
            Some(second) => {
                let killed = Waits { place, boot: second, restart, settle, ..Waits::default() };
                vec![Waits { place, boot, watch, ..Waits::default() }, killed]
            }
        };
        twins.into_iter().chain([live]).max_by_key(Waits::total).unwrap_or_default()
    }
}

/// For all services that came back after a kill: the sums of `RestartSec=` and of the time they were watched.
fn restart_waits(trials: &Trials) -> (Duration, Duration) {
    let Trials::Done(done) = trials else { return <_>::default() };
    let came_back = done.iter().filter_map(|PerformedTrial::Kill(_, answer)| match answer {
        Ok(KillFact { delay_us, outcome: KillOutcome::Back { .. }, .. }) => Some(*delay_us),
        _ => None,
    });
    came_back.fold(<_>::default(), |(restart, settle), delay| (restart + Duration::from_micros(delay), settle + SETTLE))
}

/// Returns the major version, `252` of `252.39-1~deb12u2`; empty if the manager did not answer.
pub(crate) fn systemd_version(live: &AnswerSet) -> String {
    match live.get(&SystemQuestion {}) {
        Ok(system) => system.version.chars().take_while(char::is_ascii_digit).collect(),
        Err(_) => String::new(),
    }
}
