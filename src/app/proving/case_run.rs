//! One case on one machine: the answer is given, the machine is asked, and what differs is said.

use std::collections::BTreeMap;
use std::time::Instant;

use super::job::{Case, CaseAction};
use super::prover::Prover;
use crate::app::LabSession;
use crate::engine;
use crate::model::{Expected, Handed, Overlay, Spent};
use crate::sandbox::{RootSource, SandboxError};

/// A case in the making.
pub(super) struct CaseRun<'a> {
    pub prover: &'a Prover,
    pub case: &'a Case<'a>,
    pub bench: LabSession,
    pub spent: Spent,
    pub differs: Vec<String>,
}

impl CaseRun<'_> {
    /// Does all of it; an error is what kept it from being tried.
    pub(super) fn run(&mut self) -> Result<(), SandboxError> {
        let lab = self.case.lab;
        match self.case.action {
            CaseAction::Nothing => {}
            CaseAction::Answer(overlay) => self.answer(overlay, "its script")?,
            CaseAction::Mutant(overlay) => {
                let begun = Instant::now();
                self.bench.apply(overlay)?;
                self.spent.answer += begun.elapsed();
            }
            CaseAction::Reset(solution) => {
                self.answer(solution, "the solution")?;
                let begun = Instant::now();
                let name = self.bench.sandbox().name().to_owned();
                self.bench.sandbox().stop()?;
                self.bench = self.prover.workshop.open(lab, &name, RootSource::Fresh)?;
                self.spent.boot += begun.elapsed();
            }
        }
        self.hand_in(&self.case.answers)?;
        self.grade(&self.case.expected.clone(), "");
        if self.prover.thorough && matches!(self.case.expected, Expected::Fails { .. }) {
            self.answer(&lab.solution, "the solution after it")?;
            self.hand_in(&lab.answers)?;
            self.grade(&Expected::FullMarks, "after the solution: ");
        }
        Ok(())
    }

    fn hand_in(&mut self, answers: &BTreeMap<String, Handed>) -> Result<(), SandboxError> {
        let found = self.bench.found_out(answers)?;
        self.bench.hand_in(found);
        Ok(())
    }

    fn answer(&mut self, overlay: &Overlay, what: &str) -> Result<(), SandboxError> {
        let begun = Instant::now();
        let done = self.bench.apply(overlay)?;
        self.spent.answer += begun.elapsed();
        if !done.status.success() {
            self.differs.push(format!("{what} ended with {}: {}", done.status, done.output.trim()));
        }
        Ok(())
    }

    fn grade(&mut self, expected: &Expected, when: &str) {
        if self.prover.is_stopped() {
            return;
        }
        let lab = self.case.lab;
        let graded = self.bench.grade(lab, true);
        let waits = graded.waits();
        self.spent.boot += waits.boot;
        self.spent.watch += waits.watch + waits.restart + waits.settle;
        let without_twin = graded.twinless.map(|error| format!("a copy of it did not come up: {error}"));
        let differs = engine::differences(expected, lab.lab.pass, &graded.checks);
        self.differs.extend(without_twin.into_iter().chain(differs).map(|what| format!("{when}{what}")));
    }
}
