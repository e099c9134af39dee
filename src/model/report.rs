//! The report of a graded lab, `unitlab.report/1`.

use serde::{Deserialize, Serialize};

use super::cause::Cause;
use super::place::Place;

/// The status of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The requirement holds.
    Passed,
    /// The requirement does not hold.
    Failed,
    /// A check that it needs did not pass.
    Blocked,
    /// The machine did not answer, so neither passed nor failed is known.
    Unknown,
    /// A trial that was not requested, or is not possible here.
    NotRun,
}

/// The layer that a piece of evidence comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    /// What the file says.
    File,
    /// What the service manager has loaded.
    Loaded,
    /// What the live process does.
    Live,
}

/// An observation, and how to repeat it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The layer that it comes from.
    pub layer: Layer,
    /// `path:line`, or the command that shows it.
    pub source: String,
    /// What was observed.
    pub text: String,
}

/// A cause that the facts prove.
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
    /// The chapter that explains it; omitted if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "String"))]
    pub lesson: Option<String>,
    /// The id of the cause that this one follows from; omitted for a root cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "String"))]
    pub follows: Option<Cause>,
}

/// The result of judging one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Not blocked: the engine adds that later.
    pub status: Status,
    /// What is required.
    pub expected: String,
    /// What was found.
    pub observed: String,
    /// The observations behind the status.
    pub evidence: Vec<Evidence>,
    /// The causes that the facts prove, root cause first.
    pub diagnosis: Vec<Diagnosis>,
}

/// A check in a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CheckReport {
    /// The check's id.
    pub id: String,
    /// The name of its kind.
    pub kind: String,
    /// What must be true.
    pub title: String,
    /// Points for passing.
    pub points: u32,
    /// Points earned.
    pub earned: u32,
    /// Its status.
    pub status: Status,
    /// The ids of the checks that it needs.
    pub needs: Vec<String>,
    /// Those of `needs` that did not pass.
    pub blocked_by: Vec<String>,
    /// What is required.
    pub expected: String,
    /// What was found; for an unknown check the reason.
    pub observed: String,
    /// The observations behind the status.
    pub evidence: Vec<Evidence>,
    /// The causes that the facts prove.
    pub diagnosis: Vec<Diagnosis>,
    /// Why it matters.
    pub why: String,
    /// The chapter that explains it.
    pub lesson: String,
}

/// The points, and whether they are final.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Score {
    /// Points earned.
    pub points: u32,
    /// Points of the whole lab.
    pub of: u32,
    /// Points of the graded checks.
    pub graded_of: u32,
    /// Every check was graded.
    pub complete: bool,
    /// `points` as a percentage of `of`, rounded down.
    #[cfg_attr(test, schemars(range(max = 100)))]
    pub percent: u32,
    /// Whether the pass mark is reached; null while unknown checks decide.
    pub passed: Option<bool>,
}

/// The course of a lab.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CourseId {
    /// `unitlab` for the embedded course, else the name of the directory.
    pub id: String,
    /// A digest of its files.
    pub digest: String,
}

/// The report of a graded lab.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Always `unitlab.report/1`.
    #[cfg_attr(test, schemars(extend("const" = Report::SCHEMA)))]
    pub schema: String,
    /// The version of unitlab.
    pub unitlab: String,
    /// The lab's id.
    pub lab: String,
    /// The course of the lab.
    pub course: CourseId,
    /// The account name of the learner.
    pub learner: String,
    /// The number of hints shown.
    pub hints: u32,
    /// Whether the lab has no hints; only for the human report.
    #[serde(skip)]
    pub hintless: bool,
    /// Whether the reference solution was shown.
    pub revealed: bool,
    /// Where it was graded.
    pub place: Place,
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// The duration of grading, in milliseconds.
    pub took_ms: u64,
    /// The points.
    pub score: Score,
    /// The checks, in the lab's order.
    pub checks: Vec<CheckReport>,
    /// The seed of the variant, for a lab that differs between learners.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
    /// What follows a pass; omitted before one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<After>,
}

/// What follows a passed lab.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct After {
    /// What the learner can do now; each completes “You can now …”.
    pub learned: Vec<String>,
    /// A question to think about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "String"))]
    pub think: Option<String>,
    /// The command for the next chapter or lab.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "String"))]
    pub next: Option<String>,
}

impl Report {
    /// The name of the schema.
    pub const SCHEMA: &'static str = "unitlab.report/1";

    /// The exit code: 0 if every graded check passed, 1 if one failed, 3 if none failed but one is unknown or none was
    /// graded.
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
