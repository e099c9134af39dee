//! Changes to a machine that show how it reacts, and their results.
//!
//! A trial changes the machine, so it is not a [`Question`](super::Question): it is requested and announced separately.

use serde::{Deserialize, Serialize};

use super::stability::Sample;
use super::typed_question::{TypedQuestion, typed_questions};
use super::unit::UnitFact;
use super::unknown::Unknown;

typed_questions! {
    /// One change to one machine, performed to observe how it reacts.
    #[serde(tag = "try")]
    Trial,
    /// The result of a trial.
    #[serde(tag = "fact")]
    TrialFact,
    /// A trial with its result.
    #[serde(from = "(Trial, TrialAnswer)", into = "(Trial, TrialAnswer)")]
    PerformedTrial;

    /// Kills the unit's main process once, with SIGKILL, and watches until the unit is back or has given up.
    Kill(KillTrial {
        unit: String,
        /// The time limit in milliseconds, in addition to its `RestartSec=`.
        within_ms: u64,
        on: TrialMachine,
    }) -> KillFact,
}

/// The fact of a trial, or the reason why there is none.
pub type TrialAnswer = Result<TrialFact, Unknown>;

/// The machine that a trial changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrialMachine {
    /// The learner's own machine. The start limit is not reset, and a unit that is not running is not started.
    Live,
    /// A copy, discarded afterwards.
    Twin,
}

/// The result of [`Trial::Kill`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KillFact {
    /// The unit before the kill; its main process is the one that was killed.
    pub before: Sample,
    /// The unit was not running, and was started for the trial.
    pub started_first: bool,
    /// `Restart` as loaded.
    pub restart: String,
    /// The time until the next automatic restart as loaded, in microseconds; the largest number for `infinity`.
    pub delay_us: u64,
    /// The start limit as it was before the kill.
    pub limit: StartLimit,
    pub outcome: KillOutcome,
}

/// `StartLimitBurst=` and `StartLimitIntervalSec=` of systemd.unit(5), and the starts already counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartLimit {
    /// `StartLimitBurst` as loaded.
    pub burst: u64,
    /// `StartLimitIntervalUSec` as loaded, in microseconds; the largest number for `infinity`.
    pub interval_us: u64,
    /// Starts that count against the limit: the last start and the automatic restarts, or 0 if the last start is older
    /// than the interval. The manager does not report other starts.
    pub spent: u64,
}

/// How a unit reacted to the kill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
pub enum KillOutcome {
    /// Active again with a new invocation and main process, which are half a second old.
    Back {
        after: Sample,
        /// The time until it was active again, in milliseconds.
        after_ms: u64,
    },
    /// Not active, and no start is queued.
    GaveUp {
        after: Sample,
        /// `Result`.
        result: String,
    },
    /// Neither active again nor given up when the watch ended.
    Waiting {
        after: Sample,
        /// The time for which it was watched, in milliseconds.
        waited_ms: u64,
    },
    /// Active without a main process, so nothing was killed.
    NoMainProcess,
    /// Not running, and could not be started if that was tried, so nothing was killed.
    NotUp {
        /// Its properties after the attempt.
        unit: UnitFact,
    },
}

/// The trials of one grading.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trials {
    /// None was requested.
    #[default]
    NotRun,
    /// They were requested and could not be performed.
    Impossible(Unknown),
    /// Each with its result.
    Done(Vec<PerformedTrial>),
}
