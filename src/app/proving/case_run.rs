//! Runs one case of a lab: applies the answer, grades the lab, and compares the result with what the case expects.

use std::collections::BTreeMap;
use std::time::Instant;

use super::job::{Case, CaseAction};
use super::mutant_grading::{MutantGrade, grade_mutant};
use crate::app::graded::Graded;
use crate::app::lab_runner::LabRunner;
use crate::app::lab_session::LabSession;
use crate::app::twins::Twins;
use crate::course::LabDirectory;
use crate::engine;
use crate::model::{Expected, Overlay, SubmittedAnswer, Timing};
use crate::sandbox::{RootSource, SandboxError};

/// A running case.
pub(super) struct CaseRun<'a> {
    pub(super) runner: &'a LabRunner,
    /// After a mistake, apply the solution as well; it must earn full marks.
    pub(super) thorough: bool,
    pub(super) is_stopped: &'a dyn Fn() -> bool,
    pub(super) case: &'a Case<'a>,
    pub(super) session: LabSession,
    pub(super) timing: Timing,
    /// How the result differences from what is expected, one sentence each.
    pub(super) differences: Vec<String>,
}

impl CaseRun<'_> {
    /// Runs the case. An error means that it could not be tried.
    pub(super) fn run(&mut self) -> Result<(), SandboxError> {
        let lab = self.case.lab;
        match self.case.action {
            CaseAction::Nothing => {}
            CaseAction::Answer(overlay) => self.apply(overlay, "its script")?,
            CaseAction::Mutant(overlay) => {
                let begun = Instant::now();
                self.session.apply(overlay)?;
                self.timing.answer += begun.elapsed();
            }
            CaseAction::Reset(solution) => {
                self.apply(solution, "the solution")?;
                let begun = Instant::now();
                let name = self.session.sandbox().name().to_owned();
                self.timing.cpu += self.session.cpu_time();
                self.session.sandbox().stop()?;
                self.session = self.runner.open(lab, &name, RootSource::Fresh)?;
                self.timing.boot += begun.elapsed();
            }
        }
        self.hand_in(&self.case.answers)?;
        self.grade(&self.case.expected.clone(), "");
        if self.thorough && matches!(self.case.expected, Expected::Fails { .. }) {
            self.apply(&lab.solution, "the solution after it")?;
            self.hand_in(&lab.answers)?;
            self.grade(&Expected::FullMarks, "after the solution: ");
        }
        Ok(())
    }

    fn hand_in(&mut self, answers: &BTreeMap<String, SubmittedAnswer>) -> Result<(), SandboxError> {
        let texts = self.session.resolve_answers(answers)?;
        self.session.set_answers(texts);
        Ok(())
    }

    fn apply(&mut self, overlay: &Overlay, what: &str) -> Result<(), SandboxError> {
        let begun = Instant::now();
        let done = self.session.apply(overlay)?;
        self.timing.answer += begun.elapsed();
        if !done.status.success() {
            self.differences.push(format!("{what} ended with {}: {}", done.status, done.output.trim()));
        }
        Ok(())
    }

    fn grade(&mut self, expected: &Expected, when: &str) {
        if (self.is_stopped)() {
            return;
        }
        let lab = self.case.lab;
        let (graded, differences) = match expected {
            Expected::Loses => match grade_mutant(&self.session, &lab.lab) {
                MutantGrade::Failed(graded) => (graded, Vec::new()),
                MutantGrade::Complete(graded) => compared(graded, expected, lab),
            },
            _ => compared(self.session.grade(lab, Twins::One), expected, lab),
        };
        let (waits, twin) = (graded.waits(), graded.twin_run.unwrap_or_default());
        self.timing.boot += waits.boot;
        self.timing.watch += waits.watch + waits.restart + waits.settle;
        self.timing.cpu += twin.cpu;
        let without_twin = graded.twin_error.map(|error| format!("a copy of it did not come up: {error}"));
        self.differences.extend(without_twin.into_iter().chain(differences).map(|what| format!("{when}{what}")));
    }
}

fn compared(graded: Graded, expected: &Expected, lab: &LabDirectory) -> (Graded, Vec<String>) {
    let differences = engine::differences(expected, lab.lab.pass, &graded.checks);
    (graded, differences)
}
