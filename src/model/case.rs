//! One answer to a lab, right or wrong, and what must come of it.

use std::collections::BTreeMap;

use super::cause::Cause;

/// A case proves a lab: its files and `apply.sh` are laid over the scene, and exactly the named checks must fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The folder's name under `cases/`.
    pub name: String,
    /// What was done, in a few words.
    pub what: String,
    /// The ids of the checks that must fail, exactly; empty for another right answer.
    pub fails: Vec<String>,
    /// The causes that must be named.
    pub diagnosis: Vec<Cause>,
    /// What is handed in, by check, where that is something else than what the solution hands in.
    pub answers: BTreeMap<String, SubmittedAnswer>,
}

/// An answer of a case or of the solution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubmittedAnswer {
    /// Nothing.
    Nothing,
    /// This text.
    Text(String),
    /// The first line that a program prints, run as root in the sandbox once everything else is done.
    Printed(Vec<String>),
}
