//! What grading a lab found out, and how long it waited.

use std::time::Duration;

use crate::engine;
use crate::machine::SETTLE;
use crate::model::{CheckReport, KillFact, KillOutcome, Observations, PerformedTrial, Place, Trials};
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
    /// Time to copy and boot the twin.
    pub twin_took: Option<Duration>,
}

/// Time that grading has to wait, however fast unitlab is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waits {
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
        self.boot + self.watch + self.restart + self.settle
    }
}

impl Graded {
    /// The waits of the machine or of its twin, whichever are longer: both are asked at the same time.
    #[must_use]
    pub fn waits(&self) -> Waits {
        let live = Waits { watch: engine::watched(&self.observations.live), ..Waits::default() };
        let boot = self.twin_took.unwrap_or_default();
        let watch = self.observations.twin.as_ref().map(engine::watched).unwrap_or_default();
        let (restart, settle) = restart_waits(&self.observations.trials);
        let twin = Waits { boot, watch, restart, settle };
        if twin.total() > live.total() { twin } else { live }
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
