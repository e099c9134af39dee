//! What can be done to a machine to see how it takes it, and what came of it.
//!
//! A trial changes the machine, so it is no [`Question`](super::Question): it is asked for by itself, and announced.

use serde::{Deserialize, Serialize};

use super::stability::Sample;
use super::typed_question::{TypedQuestion, typed_questions};
use super::unit::UnitFact;
use super::unknown::Unknown;

typed_questions! {
    /// One change to one machine, performed to observe how it reacts.
    #[serde(tag = "try")]
    Trial,
    /// What a trial found out.
    #[serde(tag = "fact")]
    TrialFact,
    /// A trial with its result.
    #[serde(from = "(Trial, TrialAnswer)", into = "(Trial, TrialAnswer)")]
    PerformedTrial;

    /// Kills the unit's main process once, with SIGKILL, and watches until the unit is back or has given up.
    Kill(KillTrial {
        unit: String,
        /// How long it may take to come back, beyond its own `RestartSec=`, in milliseconds.
        within_ms: u64,
        on: Ground,
    }) -> KillFact,
}

/// A trial's fact, or why there is none.
pub type TrialAnswer = Result<TrialFact, Unknown>;

/// Where a trial takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ground {
    /// The learner's own machine: its start limits are the learner's, and nothing is started that was not running.
    Live,
    /// A copy that is thrown away afterwards.
    Twin,
}

/// What came of [`Trial::Kill`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KillFact {
    /// The unit before the kill; its main process is the one that was killed.
    pub before: Sample,
    /// It was not running, and was started for the trial.
    pub started_first: bool,
    /// `Restart` as loaded.
    pub restart: String,
    /// The time until the next automatic restart as loaded, in microseconds; the largest number for `infinity`.
    pub delay_us: u64,
    /// The start limit as it was before the kill.
    pub limit: StartLimit,
    /// What happened then.
    pub outcome: KillOutcome,
}

/// `StartLimitBurst=` and `StartLimitIntervalSec=` of systemd.unit(5), and what is used up of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartLimit {
    /// `StartLimitBurst` as loaded.
    pub burst: u64,
    /// `StartLimitIntervalUSec` as loaded, in microseconds; the largest number for `infinity`.
    pub interval_us: u64,
    /// The starts that are known to count: none once the last one is older than the interval, else it and the automatic
    /// restarts. The manager does not tell of others.
    pub spent: u64,
}

/// How a unit took the kill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
pub enum KillOutcome {
    /// It is active again in another invocation with another main process, and stayed so at a second look.
    Back {
        /// How it is now.
        after: Sample,
        /// How long that took, in milliseconds.
        after_ms: u64,
    },
    /// It is down, and nothing is about to start it.
    GaveUp {
        /// How it is now.
        after: Sample,
        /// `Result`.
        result: String,
    },
    /// When the watch ended, it was neither back nor given up.
    Waiting {
        /// How it is now.
        after: Sample,
        /// How long it was watched, in milliseconds.
        waited_ms: u64,
    },
    /// It is active without a main process: there was nothing to kill.
    NoMainProcess,
    /// It does not run, and could not be started where that was tried: nothing was killed.
    NotUp {
        /// What the manager says of it, after the try.
        unit: UnitFact,
    },
}

/// The trials of one grading.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trials {
    /// None was asked for.
    #[default]
    NotRun,
    /// They were asked for, and could not be performed.
    Impossible(Unknown),
    /// Each with its result.
    Done(Vec<PerformedTrial>),
}
