//! A graded lab: `unitlab.report/1`.

use serde::{Deserialize, Serialize};

use super::cause::Cause;
use super::place::Place;

/// What became of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It holds.
    Passed,
    /// It does not hold.
    Failed,
    /// A check it needs did not pass.
    Blocked,
    /// It could not be told.
    Unknown,
    /// A trial that was not asked for, or is not possible in this place.
    NotRun,
}

/// Which of the three layers a piece of evidence belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    /// What the file says.
    File,
    /// What the manager loaded.
    Loaded,
    /// What the live process does.
    Live,
}

/// Something seen, and how the learner can see it too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The layer it comes from.
    pub layer: Layer,
    /// `path:line`, or the command that shows it.
    pub source: String,
    /// What is there.
    pub text: String,
}

/// A cause, proven by the facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Diagnosis {
    /// The cause's id: `needs-daemon-reload`.
    #[serde(rename = "id")]
    #[cfg_attr(test, schemars(with = "String"))]
    pub cause: Cause,
    /// The cause in one sentence for a learner.
    pub text: String,
    /// The command or change that comes next.
    pub next: String,
    /// The chapter that explains it; left out where none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "String"))]
    pub lesson: Option<String>,
    /// The id of the cause that this one follows from; left out of a root cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "String"))]
    pub follows: Option<Cause>,
}

/// What the judge says of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Passed, failed or unknown, or not-run for a trial; the engine adds blocked.
    pub status: Status,
    /// What ought to be.
    pub expected: String,
    /// What is.
    pub observed: String,
    /// Why it is believed.
    pub evidence: Vec<Evidence>,
    /// The causes that the facts prove, root cause first.
    pub diagnosis: Vec<Diagnosis>,
}

/// One check in a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CheckReport {
    /// The check's id.
    pub id: String,
    /// The kind's name.
    pub kind: String,
    /// The truth to reach.
    pub title: String,
    /// What it is worth.
    pub points: u32,
    /// What was earned.
    pub earned: u32,
    /// What became of it.
    pub status: Status,
    /// The ids of the checks it needs.
    pub needs: Vec<String>,
    /// Those of them that did not pass.
    pub blocked_by: Vec<String>,
    /// What ought to be.
    pub expected: String,
    /// What is; for an unknown, why it could not be told.
    pub observed: String,
    /// Why it is believed.
    pub evidence: Vec<Evidence>,
    /// The causes that the facts prove.
    pub diagnosis: Vec<Diagnosis>,
    /// Why it matters.
    pub why: String,
    /// The chapter that explains it.
    pub lesson: String,
}

/// Points, and how sure they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Score {
    /// Points earned.
    pub points: u32,
    /// Points in the whole lab.
    pub of: u32,
    /// Points of the checks that could be graded.
    pub graded_of: u32,
    /// Every check was graded.
    pub complete: bool,
    /// `points` of `of`, in percent, rounded down.
    #[cfg_attr(test, schemars(range(max = 100)))]
    pub percent: u32,
    /// Whether the pass mark is reached; none while unknowns could still turn it.
    pub passed: Option<bool>,
}

/// Which course a lab came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CourseId {
    /// `unitlab` for the embedded course, else the folder's name.
    pub id: String,
    /// A digest of its files.
    pub digest: String,
}

/// A graded lab.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Always `unitlab.report/1`.
    #[cfg_attr(test, schemars(extend("const" = Report::SCHEMA)))]
    pub schema: String,
    /// This program's version.
    pub unitlab: String,
    /// The lab's id.
    pub lab: String,
    /// The course it came from.
    pub course: CourseId,
    /// Who is graded: the account's name.
    pub learner: String,
    /// How many hints were shown.
    pub hints: u32,
    /// The lab has no hints to point to. For people: what prints a report has the lab at hand.
    #[serde(skip)]
    pub hintless: bool,
    /// Whether the solution was shown.
    pub revealed: bool,
    /// Where it was graded.
    pub place: Place,
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// How long the grading took.
    pub took_ms: u64,
    /// The sum.
    pub score: Score,
    /// The checks, in the lab's order.
    pub checks: Vec<CheckReport>,
    /// What the lab was drawn with, where it differs from learner to learner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
    /// What comes after a pass; none before one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<After>,
}

/// What a learner takes along, and where it goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct After {
    /// Each completes "You can now …".
    pub learned: Vec<String>,
    /// A question to think about.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub think: String,
    /// The command for the next chapter or lab.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub next: String,
}

impl Report {
    /// The schema's name.
    pub const SCHEMA: &'static str = "unitlab.report/1";

    /// The exit code that this report stands for: 0 all graded checks passed, 1 one failed, 3 none failed and one unknown.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        let has = |status| self.checks.iter().any(|check| check.status == status);
        let graded = has(Status::Passed) || has(Status::Failed);
        if has(Status::Failed) {
            1
        } else if has(Status::Unknown) || !graded {
            3
        } else {
            0
        }
    }
}
