//! A running sandbox with a lab in it: answers are applied, and the lab is graded.

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::graded::Graded;
use super::twin::{Twin, ask};
use super::twins::{TwinResult, Twins, ask_twins};
use crate::course::LabDirectory;
use crate::engine;
use crate::machine::LONGEST_KILL;
use crate::model::{
    AnswerSet, KillTrial, Lab, Observations, Overlay, SubmittedAnswer, TimeSpan, Trial, TrialMachine, Trials,
    UnitQuestion, Unknown,
};
use crate::sandbox::{Captured, Entrance, Estate, Lease, Record, Sandbox, SandboxError};

/// A running sandbox with the scene of its lab. It stops when this is dropped, unless [`LabSession::keep`] was called.
#[derive(Debug)]
pub struct LabSession {
    estate: Estate,
    sandbox: Sandbox,
    record: Record,
    /// `None` if the sandbox outlives this process.
    lease: Option<Lease>,
    /// What the learner handed in, by check id.
    answers: BTreeMap<String, String>,
}

impl LabSession {
    pub(super) fn new(estate: Estate, sandbox: Sandbox, record: Record, lease: Lease) -> Self {
        Self { estate, sandbox, record, lease: Some(lease), answers: BTreeMap::new() }
    }

    /// Finds a sandbox that is running already.
    pub fn find(estate: &Estate, name: &str) -> Result<Self, SandboxError> {
        let sandbox = estate.sandbox(name);
        let record = sandbox.await_up()?;
        Ok(Self { estate: estate.clone(), sandbox, record, lease: None, answers: BTreeMap::new() })
    }

    #[must_use]
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// The CPU time of all its processes so far.
    #[must_use]
    pub fn cpu_time(&self) -> Duration {
        self.record.cpu_time()
    }

    /// The way to run programs in the sandbox.
    pub fn entrance(&self) -> Result<Entrance, SandboxError> {
        self.record.entrance().ok_or_else(|| SandboxError::NotRunning { name: self.sandbox.name().to_owned() })
    }

    /// Sets the answers that `answer` checks are graded with, by check id.
    pub fn set_answers(&mut self, answers: BTreeMap<String, String>) {
        self.answers = answers;
    }

    /// Returns the text of each answer. An answer that a program prints is the first line of that program's output now.
    pub fn resolve_answers(
        &self,
        answers: &BTreeMap<String, SubmittedAnswer>,
    ) -> Result<BTreeMap<String, String>, SandboxError> {
        let entrance = self.entrance()?;
        let mut texts = BTreeMap::new();
        for (check, handed) in answers {
            let text = match handed {
                SubmittedAnswer::Nothing => continue,
                SubmittedAnswer::Text(text) => text.clone(),
                SubmittedAnswer::Printed(run) => {
                    let argv: Vec<&str> = run.iter().map(String::as_str).collect();
                    let printed = entrance.capture(&argv, b"")?.output;
                    printed.lines().next().unwrap_or_default().trim().to_owned()
                }
            };
            texts.insert(check.clone(), text);
        }
        Ok(texts)
    }

    /// Writes the overlay's files and runs its script.
    pub fn apply(&self, overlay: &Overlay) -> Result<Captured, SandboxError> {
        self.entrance()?.apply(overlay)
    }

    /// Like [`LabSession::apply`], but a failing script is an error; `what` names the overlay in it.
    pub fn apply_or_fail(&self, overlay: &Overlay, what: &str) -> Result<(), SandboxError> {
        let done = self.apply(overlay)?;
        if done.status.success() {
            return Ok(());
        }
        let why = format!("{}: {}", done.status, done.output.trim());
        Err(SandboxError::Script { what: what.to_owned(), why })
    }

    /// Grades the lab. With a twin, the twin boots while the sandbox is asked, and the trials run on the twin.
    #[must_use]
    pub fn grade(&self, lab: &LabDirectory, twins: Twins) -> Graded {
        self.grade_with_progress(lab, twins, &|_| ())
    }

    /// Like [`LabSession::grade`], and calls `waiting` before a long wait, with a text for the spinner.
    #[must_use]
    pub fn grade_with_progress(&self, lab: &LabDirectory, twins: Twins, waiting: &dyn Fn(&str)) -> Graded {
        let with_twin = twins != Twins::None;
        let (live, twin) = thread::scope(|scope| {
            let (lab, session) = (&lab.lab, self);
            let (texts, received) = mpsc::channel();
            let twin = with_twin.then(|| {
                let texts = texts.clone();
                scope.spawn(move || ask_twins((&session.estate, &session.sandbox), lab, twins, &texts))
            });
            let live = scope.spawn(move || {
                let live = ask(&session.record, &engine::questions(lab), &[]).0;
                if let Some(wait) = with_twin.then(|| longest_wait(lab, &live)).flatten() {
                    let _ = texts.send(wait);
                }
                live
            });
            let mut shown = String::new();
            // It ends when both threads have finished.
            for text in received {
                if text != shown {
                    waiting(&text);
                    shown = text;
                }
            }
            let live = live.join().unwrap_or_else(|panic| resume_unwind(panic));
            (live, twin.and_then(|thread| thread.join().ok()))
        });
        let (twin, trials, twin_run, twin_error) = match twin {
            Some(Ok(TwinResult { answers, trials, run })) => (Some(answers), Trials::Done(trials), Some(run), None),
            Some(Err(error)) => (None, impossible(&error), None, Some(error)),
            None => (None, Trials::NotRun, None, None),
        };
        let observations = Observations { live, twin, trials, answers: self.answers.clone() };
        Graded { twin_error, twin_run, ..Graded::in_sandbox(&lab.lab, observations) }
    }

    /// Asks the sandbox, and no twin.
    pub(super) fn observe(&self, lab: &Lab) -> Observations {
        let live = ask(&self.record, &engine::questions(lab), &[]).0;
        Observations { live, answers: self.answers.clone(), ..Observations::default() }
    }

    pub(super) fn boot_twin(&self) -> Result<Twin, SandboxError> {
        Twin::boot(&self.estate, &self.sandbox)
    }

    /// Keeps the sandbox running when this process exits.
    pub fn keep(&mut self) -> Result<(), SandboxError> {
        self.lease.take().map_or(Ok(()), Lease::keep)
    }

    /// Stops the sandbox. A sandbox on a tmpfs is deleted with its root.
    pub fn close(self) -> Result<(), SandboxError> {
        self.sandbox.stop()
    }
}

/// The trials that a twin would have performed, if it could have been booted.
pub(super) fn impossible(error: &SandboxError) -> Trials {
    let reason = format!("a copy of the sandbox could not be booted: {error}");
    Trials::Impossible(Unknown { reason, remedy: Some(error.next()).filter(|next| !next.is_empty()) })
}

/// Describes the kill that may take longest: `waiting up to 8s for sre-app.service to come back`.
pub(crate) fn longest_wait(lab: &Lab, live: &AnswerSet) -> Option<String> {
    let wait = |Trial::Kill(KillTrial { unit, within_ms, .. }): Trial| {
        let fact = live.get(&UnitQuestion { unit: unit.clone() }).ok();
        let delay = fact.and_then(|fact| TimeSpan::parse(fact.get("RestartUSec")).ok());
        let micros = delay.map_or(0, TimeSpan::as_micros).saturating_add(within_ms * 1_000);
        (TimeSpan::from_micros(micros).min(LONGEST_KILL), unit)
    };
    let (span, unit) = engine::trials(lab, TrialMachine::Twin).into_iter().map(wait).max()?;
    Some(format!("waiting up to {span} for {unit} to come back"))
}
