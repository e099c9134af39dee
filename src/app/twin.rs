//! A freshly booted copy of a running sandbox.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use crate::machine::{Machine, Remote};
use crate::model::{AnswerSet, PerformedTrial, Question, Trial, Unknown};
use crate::sandbox::{self, Estate, Lease, Place, Record, Sandbox, SandboxError};

/// A copy of a sandbox. Its manager has just read the unit files from disk. It stops when this is dropped.
#[derive(Debug)]
pub(super) struct Twin {
    sandbox: Sandbox,
    record: Record,
    _lease: Lease,
    /// Time to copy and boot it.
    took: Duration,
}

/// What a twin cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TwinRun {
    /// Time until there was a place for it on this host.
    pub place: Duration,
    /// Time to copy and boot it.
    pub boot: Duration,
    /// CPU time of all its processes until it was stopped; with a second twin, of both.
    pub cpu: Duration,
    /// Time to copy and boot a second twin, if all trials were performed there.
    pub second_boot: Option<Duration>,
}

impl Twin {
    pub(super) fn boot(estate: &Estate, of: &Sandbox) -> Result<Self, SandboxError> {
        let (place, _) = sandbox::twin_places(estate, 1, &|_| ControlFlow::Continue(()))?;
        Self::boot_at(estate, of, &place)
    }

    /// Like [`Twin::boot`], at a place that was taken before.
    pub(super) fn boot_at(estate: &Estate, of: &Sandbox, place: &Place) -> Result<Self, SandboxError> {
        let begun = Instant::now();
        let (sandbox, record, lease) = sandbox::boot_twin(estate, of, place)?;
        Ok(Self { sandbox, record, _lease: lease, took: begun.elapsed() })
    }

    /// Asks it, then performs the trials on it.
    pub(super) fn ask(&self, questions: &[Question], trials: &[Trial]) -> (AnswerSet, Vec<PerformedTrial>) {
        ask(&self.record, questions, trials)
    }

    pub(super) fn stop(self) -> Result<TwinRun, SandboxError> {
        let cpu = self.record.cpu_time();
        self.sandbox.stop()?;
        Ok(TwinRun { boot: self.took, cpu, ..TwinRun::default() })
    }
}

/// Asks a sandbox, then performs the trials in it. If it cannot be entered, everything is unknown.
pub(super) fn ask(record: &Record, questions: &[Question], trials: &[Trial]) -> (AnswerSet, Vec<PerformedTrial>) {
    let reason = match record.entrance().map(|entrance| entrance.examiner()) {
        Some(Ok(examiner)) => return Remote::new(examiner).ask_and_perform(questions, trials),
        Some(Err(error)) => error.to_string(),
        None => "the sandbox is not up".into(),
    };
    let unknown = Unknown { reason, remedy: None };
    let performed = trials.iter().map(|trial| PerformedTrial::new(trial.clone(), Err(unknown.clone()))).collect();
    (AnswerSet::unknown(questions, &unknown), performed)
}
