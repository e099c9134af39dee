//! Grades a lab, in its sandbox or on this machine, and records the grade.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::curriculum::Curriculum;
use super::error::Error;
use super::graded::{Graded, Waits, systemd_version};
use super::lab_session::{LabSession, longest_wait};
use super::twins::Twins;
use super::workspace::{Workspace, now};
use crate::course::{Course, LabDirectory};
use crate::engine;
use crate::learner::LabProgress;
use crate::machine::{LocalMachine, Machine};
use crate::model::{
    After, AnswerSet, CheckReport, KillTrial, Observations, Place, PlaceKind, Report, Score, Status, Trial,
    TrialMachine, Trials, UnitQuestion,
};
use crate::sandbox::SandboxError;

/// Finds the running sandbox of a lab.
pub(crate) fn find_session(workspace: &Workspace, lab: &LabDirectory) -> Result<LabSession, Error> {
    let id = &lab.lab.id;
    LabSession::find(workspace.estate(), &workspace.sandbox_name(id)).map_err(|error| match error {
        SandboxError::NotRunning { .. } => {
            let next = format!("start it with `unitlab lab start {id}`");
            let log = workspace.sandbox(id).last_log_line();
            let cause = log.map(|log| format!("the end of its supervisor's log: {log}")).unwrap_or_default();
            Error::failed(format!("the sandbox of {id} is not running"), cause, next)
        }
        other => other.into(),
    })
}

/// The answers that the learner has handed in for a lab, by check id.
pub(crate) fn submitted_answers(workspace: &Workspace, lab: &LabDirectory) -> Result<BTreeMap<String, String>, Error> {
    Ok(workspace.progress()?.labs.remove(&lab.lab.id).map(|lab| lab.answers).unwrap_or_default())
}

/// Grades the lab in its running sandbox. `waiting` gets texts for a spinner.
pub(crate) fn grade_sandbox(
    workspace: &Workspace,
    lab: &LabDirectory,
    twins: Twins,
    waiting: &dyn Fn(&str),
) -> Result<Graded, Error> {
    let mut session = find_session(workspace, lab)?;
    session.set_answers(submitted_answers(workspace, lab)?);
    waiting(if twins == Twins::None { WITHOUT_TWIN } else { WITH_TWIN });
    Ok(session.grade_with_progress(lab, twins, waiting))
}

const WITH_TWIN: &str = "asking the machine, and a freshly booted copy of it";
const WITHOUT_TWIN: &str = "asking the machine";

/// Returns the checks for choosing a hint. The twin is only booted if nothing fails without it.
pub(crate) fn grade_for_hint(
    workspace: &Workspace,
    lab: &LabDirectory,
    waiting: &dyn Fn(&str),
) -> Result<Vec<CheckReport>, Error> {
    let mut session = find_session(workspace, lab)?;
    session.set_answers(submitted_answers(workspace, lab)?);
    waiting(WITHOUT_TWIN);
    let checks = session.grade(lab, Twins::None).checks;
    if checks.iter().any(|check| check.status == Status::Failed) {
        return Ok(checks);
    }
    waiting(WITH_TWIN);
    Ok(session.grade(lab, Twins::Two).checks)
}

/// Grading of this machine, after its questions were asked and before any trial.
pub(crate) struct LocalGrading<'a> {
    lab: &'a LabDirectory,
    machine: LocalMachine,
    live: AnswerSet,
    trials: Trials,
}

impl<'a> LocalGrading<'a> {
    /// Asks this machine. Nothing on it is changed.
    pub(crate) fn ask(lab: &'a LabDirectory) -> Self {
        let questions = engine::questions(&lab.lab);
        let mut machine = LocalMachine::new();
        let live = machine.ask(&questions);
        Self { lab, machine, live, trials: Trials::NotRun }
    }

    /// The units that [`LocalGrading::run_trials`] kills, with the pid of the main process: `sre-app.service (pid 7)`.
    pub(crate) fn victims(&self) -> Vec<String> {
        let trials = engine::trials(&self.lab.lab, TrialMachine::Live);
        let victim = |Trial::Kill(KillTrial { unit, .. })| match self.live.get(&UnitQuestion { unit: unit.clone() }) {
            Ok(fact) if !["", "0"].contains(&fact.get("MainPID")) => format!("{unit} (pid {})", fact.get("MainPID")),
            _ => unit,
        };
        trials.into_iter().map(victim).collect()
    }

    /// Describes the longest wait of the trials, for a spinner.
    pub(crate) fn longest_wait(&self) -> String {
        longest_wait(&self.lab.lab, &self.live).unwrap_or_default()
    }

    /// Kills services of this machine to see whether they come back.
    pub(crate) fn run_trials(&mut self) {
        let trials = engine::trials(&self.lab.lab, TrialMachine::Live);
        self.trials = Trials::Done(self.machine.perform(&trials));
    }

    pub(crate) fn judge(self, workspace: &Workspace) -> Result<Graded, Error> {
        let place = Place { kind: PlaceKind::Here, systemd: systemd_version(&self.live) };
        let answers = submitted_answers(workspace, self.lab)?;
        let observations = Observations { live: self.live, twin: None, trials: self.trials, answers };
        let checks = engine::judge(&self.lab.lab, &observations);
        Ok(Graded { checks, place, observations, twin_error: None, twin_run: None })
    }
}

/// Records the grade in the learner's progress, and returns the report.
pub(crate) fn record_and_report(
    workspace: &Workspace,
    course: &Course,
    lab: &LabDirectory,
    graded: &Graded,
    took: Duration,
) -> Report {
    note_times(workspace, graded, took);
    if let Some(error) = &graded.twin_error {
        workspace.warn(&format!("graded without a freshly booted copy: {error}"));
    }
    let score = engine::score(lab.lab.pass, &graded.checks);
    let known = record(workspace, lab, &score);
    report(workspace, course, lab, graded, took, score, &known)
}

/// Returns the report of a grade that is not recorded, as in the demo.
pub(crate) fn unrecorded_report(
    workspace: &Workspace,
    course: &Course,
    lab: &LabDirectory,
    graded: &Graded,
    started: Instant,
) -> Report {
    let score = engine::score(lab.lab.pass, &graded.checks);
    report(workspace, course, lab, graded, started.elapsed(), score, &LabProgress::default())
}

fn record(workspace: &Workspace, lab: &LabDirectory, score: &Score) -> LabProgress {
    let (id, percent, passed, at) = (lab.lab.id.clone(), score.percent, score.passed == Some(true), now());
    let updated = workspace.update_progress(move |progress| progress.lab(&id).record_grading(percent, passed, &at));
    // The report is shown even if it cannot be recorded: grading may have taken minutes.
    let progress = updated.or_else(|error| {
        let why = error.message().unwrap_or_default().what;
        workspace.warn(&format!(
            "this grade is not remembered: {why}\n  \
             next: fix that and check again, or name another directory with --state-dir"
        ));
        workspace.progress()
    });
    progress.unwrap_or_default().labs.remove(&lab.lab.id).unwrap_or_default()
}

fn report(
    workspace: &Workspace,
    course: &Course,
    lab: &LabDirectory,
    graded: &Graded,
    took: Duration,
    score: Score,
    known: &LabProgress,
) -> Report {
    Report {
        schema: Report::SCHEMA.into(),
        unitlab: env!("CARGO_PKG_VERSION").into(),
        lab: lab.lab.id.clone(),
        course: course.id().clone(),
        learner: workspace.learner(),
        hints: known.hints_shown(),
        hintless: !lab.lab.has_hints(),
        revealed: known.revealed,
        seed: lab.seed,
        after: None,
        place: graded.place.clone(),
        at: now(),
        took_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        score,
        checks: graded.checks.clone(),
    }
}

/// What to show after a lab is passed. It reads the whole course, to find the next lab or chapter.
pub(crate) fn after_pass(workspace: &Workspace, lab: &LabDirectory) -> After {
    let next = || {
        let course = workspace.course().ok()?;
        Curriculum::of(&course, &workspace.progress().ok()?).command_after(&course, &lab.lab.id)
    };
    After { learned: lab.lab.learned.clone(), think: lab.lab.think.clone(), next: next() }
}

/// Taking a free place needs less.
const NOTABLE_WAIT: Duration = Duration::from_millis(100);

fn note_times(workspace: &Workspace, graded: &Graded, took: Duration) {
    workspace.detail(&format!("asked and judged within {} ms", took.as_millis()));
    if let Some(twin) = graded.twin_run {
        workspace.detail(&format!("its twin was up after {} ms", twin.boot.as_millis()));
    }
    let waits = graded.waits();
    let Waits { place, boot, watch, restart, settle } = waits;
    if place >= NOTABLE_WAIT {
        workspace.detail(&format!("waited for a free place {} ms", place.as_millis()));
    }
    let (boot, watch, restart, settle) = (boot.as_millis(), watch.as_millis(), restart.as_millis(), settle.as_millis());
    let own = took.saturating_sub(waits.total()).as_millis();
    workspace.detail(&format!(
        "waited for the boot {boot} ms, watching units {watch} ms, for RestartSec= {restart} ms, \
         whether it stays up {settle} ms; own work {own} ms"
    ));
}
