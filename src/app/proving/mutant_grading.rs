//! Grades a mutant step by step, and stops as soon as it has certainly failed a check.

use crate::app::graded::Graded;
use crate::app::lab_session::{LabSession, impossible};
use crate::app::twin::Twin;
use crate::engine;
use crate::model::{Lab, Observations, TrialMachine, Trials};

/// The result of a mutant that should fail a check.
#[derive(Debug)]
pub(super) enum MutantGrade {
    /// A check has certainly failed. What was not asked cannot change that.
    Failed(Graded),
    /// Everything was asked, and the trials ran.
    Complete(Graded),
}

/// Asks the sandbox, then its twin, then kills the services on the twin.
pub(super) fn grade_mutant(session: &LabSession, lab: &Lab) -> MutantGrade {
    let mut observations = session.observe(lab);
    if engine::has_certain_failure(lab, &observations) {
        return MutantGrade::Failed(Graded::in_sandbox(lab, observations));
    }
    match session.boot_twin() {
        Ok(twin) => with_twin(twin, lab, observations),
        Err(error) => {
            observations.trials = impossible(&error);
            MutantGrade::Complete(Graded { twin_error: Some(error), ..Graded::in_sandbox(lab, observations) })
        }
    }
}

fn with_twin(twin: Twin, lab: &Lab, mut observations: Observations) -> MutantGrade {
    observations.twin = Some(twin.ask(&engine::twin_questions(lab), &[]).0);
    let has_failed = engine::has_certain_failure(lab, &observations);
    if !has_failed {
        observations.trials = Trials::Done(twin.ask(&[], &engine::trials(lab, TrialMachine::Twin)).1);
    }
    let graded = match twin.stop() {
        Ok(run) => Graded { twin_run: Some(run), ..Graded::in_sandbox(lab, observations) },
        Err(error) => Graded { twin_error: Some(error), ..Graded::in_sandbox(lab, observations) },
    };
    if has_failed { MutantGrade::Failed(graded) } else { MutantGrade::Complete(graded) }
}
