//! What proving a course has shown: each case of each lab and each command of each chapter, held against what must come of it.

use std::time::Duration;

use super::cause::Cause;
use super::chapter::RecordedOutput;

/// What must come of one answer to a lab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// The lab is not passed, and nothing is unknown: nobody has done anything yet.
    Untouched,
    /// Every check passes.
    FullMarks,
    /// Exactly these checks fail, and these diagnoses are given.
    Fails {
        /// Ids of checks.
        fails: Vec<String>,
        /// Causes that must be named.
        diagnosis: Vec<Cause>,
    },
    /// At least one check is lost, whichever it is: a mutant of the solution.
    Loses,
    /// Every check passes all the same: a mutant that the lab lists as harmless.
    LosesNothing,
}

/// What became of one case, or of one command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// The lab's id, or the chapter's.
    pub subject: String,
    /// The case's name, the mutant's, or what was run of the chapter.
    pub case: String,
    /// What differs from what was expected, one sentence each; empty when it came out as it must.
    pub differs: Vec<String>,
    /// Why it could not be tried at all; then nothing is known of it.
    pub untried: Option<String>,
    /// What a chapter's command printed, where that is worth keeping as its record.
    pub printed: Option<RecordedOutput>,
    /// Where its time went.
    pub spent: Spent,
}

impl Proven {
    /// It was tried, and came out as it must.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.differs.is_empty() && self.untried.is_none()
    }
}

/// Where the time of one case went. What is in no part but the first is unitlab's own work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// From the end of the case before it to its own verdict.
    pub whole: Duration,
    /// Until a machine at the starting scene was handed over.
    pub hand_over: Duration,
    /// The hand-over was from a case before it: a spare may have been ready, as it never is for the first.
    pub follows: bool,
    /// While its twin booted.
    pub boot: Duration,
    /// While systemd carried out the answer, or the chapter's command.
    pub answer: Duration,
    /// While units were watched, and trials took their time.
    pub watch: Duration,
}

/// All that proving has shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proof {
    /// One for each case, chapters first, in their order and in that of their cases; then labs.
    pub cases: Vec<Proven>,
    /// What cannot be seen by trying: a lab's checks that nothing fails, a chapter's pages that are too long.
    pub lacks: Vec<String>,
    /// From the first case to the last, on the clock.
    pub took: Duration,
    /// How many cases were tried at once.
    pub at_once: usize,
}

impl Proof {
    /// The exit code that this stands for: 0 all as it must be, 4 something differs, 3 something could not be tried.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        if !self.lacks.is_empty() || self.cases.iter().any(|case| !case.differs.is_empty()) {
            4
        } else if self.cases.iter().all(Proven::holds) {
            0
        } else {
            3
        }
    }
}
