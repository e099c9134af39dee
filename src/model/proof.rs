//! The result of proving a course: every case of its labs and every command of its chapters.

use std::time::Duration;

use super::cause::Cause;
use super::chapter::RecordedOutput;

/// The expected result of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// The lab is not passed and nothing is unknown: the starting scene.
    Untouched,
    /// Every check passes.
    FullMarks,
    /// Exactly these checks fail, and these causes are diagnosed.
    Fails {
        /// Ids of checks.
        fails: Vec<String>,
        /// Causes that must be named.
        diagnosis: Vec<Cause>,
    },
    /// At least one check does not pass: a mutant of the solution.
    Loses,
    /// Every check passes: a mutant that the lab lists as harmless.
    LosesNothing,
}

/// The result of one case of a lab, or of one command of a chapter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseResult {
    /// The id of the lab or chapter.
    pub subject: String,
    /// The name of the case, mutant or command.
    pub case: String,
    /// The differences from what was expected, one sentence each.
    pub differences: Vec<String>,
    /// The reason why it was not tried; its result is then unknown.
    pub not_tried: Option<String>,
    /// The output of a chapter's command, if it may be recorded with the course.
    pub printed: Option<RecordedOutput>,
    pub timing: Timing,
}

impl CaseResult {
    /// Whether it was tried and had the expected result.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.differences.is_empty() && self.not_tried.is_none()
    }
}

/// The duration of a case and of its parts, and the CPU time. What no part covers is unitlab's own work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timing {
    /// From the end of the previous case to the verdict.
    pub whole: Duration,
    /// Until a sandbox at the starting scene was ready.
    pub hand_over: Duration,
    /// Whether another case came before it, so that a spare sandbox may have been ready.
    pub is_later: bool,
    /// Boot of the twin.
    pub boot: Duration,
    /// Applying the answer or running the command.
    pub answer: Duration,
    /// Watching units and running trials.
    pub watch: Duration,
    /// CPU time of all processes in its sandboxes.
    pub cpu: Duration,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proof {
    /// The chapters in order, then the labs.
    pub cases: Vec<CaseResult>,
    /// Mistakes found without a sandbox: checks that no case fails, pages that are too long.
    pub mistakes: Vec<String>,
    /// Wall-clock duration.
    pub took: Duration,
    /// The number of cases tried in parallel.
    pub parallel: usize,
    /// CPU time of unitlab itself; that of the sandboxes is in the cases.
    pub own_cpu: Duration,
}

impl Proof {
    /// The exit code: 0 if everything is as expected, 4 if something differs, 3 if something was not tried.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        if !self.mistakes.is_empty() || self.cases.iter().any(|case| !case.differences.is_empty()) {
            4
        } else if self.cases.iter().all(CaseResult::holds) {
            0
        } else {
            3
        }
    }
}
