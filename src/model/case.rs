//! A case: one answer to a lab, right or wrong, and the checks that must fail.

use std::collections::BTreeMap;

use super::cause::Cause;

/// A case proves a lab: its files and `apply.sh` are applied to the scene, and exactly the named checks must fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Name of the directory under `cases/`.
    pub name: String,
    /// What the answer does, in a few words.
    pub what: String,
    /// Ids of all checks that must fail; empty for a right answer.
    pub fails: Vec<String>,
    /// The causes that must be named.
    pub diagnosis: Vec<Cause>,
    /// Answers that differ from those of the solution, by check id.
    pub answers: BTreeMap<String, SubmittedAnswer>,
}

/// An answer of a case or of the solution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubmittedAnswer {
    Nothing,
    Text(String),
    /// The first line that this program prints. It runs as root in the sandbox, after the case was applied.
    Printed(Vec<String>),
}
