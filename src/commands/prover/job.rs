//! What there is to prove: a lab's own cases, those that every lab has, and its mutants.

use std::collections::BTreeMap;

use crate::course::LabFolder;
use crate::model::{Expected, Handed, Overlay};

/// One case to be tried.
#[derive(Debug, Clone)]
pub struct Job<'a> {
    /// The lab it proves.
    pub lab: &'a LabFolder,
    /// The case's name, or the mutant's.
    pub name: &'a str,
    /// What is handed in.
    pub(super) answers: BTreeMap<String, Handed>,
    /// What is done on the machine.
    pub(super) deed: Deed<'a>,
    /// What must come of it.
    pub expected: Expected,
}

/// What is done before the machine is asked.
#[derive(Debug, Clone, Copy)]
pub(super) enum Deed<'a> {
    /// Nothing.
    Nothing,
    /// An answer whose script must succeed, since it is not proven otherwise.
    Answer(&'a Overlay),
    /// A mutant, whose script may well stumble over what is wrong with it.
    Mutant(&'a Overlay),
    /// The solution, and then back to the start.
    Reset(&'a Overlay),
}

/// All there is to prove about these labs.
#[must_use]
pub fn plan<'a>(labs: impl IntoIterator<Item = &'a LabFolder>) -> Vec<Job<'a>> {
    labs.into_iter().flat_map(jobs).collect()
}

fn jobs(lab: &LabFolder) -> Vec<Job<'_>> {
    let job = |name, deed, expected| {
        let begins = matches!(deed, Deed::Nothing | Deed::Reset(_));
        let answers = if begins { BTreeMap::new() } else { lab.answers.clone() };
        Job { lab, name, answers, deed, expected }
    };
    let mut jobs = vec![
        job("untouched", Deed::Nothing, Expected::Untouched),
        job("solution", Deed::Answer(&lab.solution), Expected::FullMarks),
        job("reset", Deed::Reset(&lab.solution), Expected::Untouched),
    ];
    jobs.extend(lab.cases.iter().map(|folder| {
        let case = &folder.case;
        let expected = if case.fails.is_empty() {
            Expected::FullMarks
        } else {
            Expected::Fails { fails: case.fails.clone(), diagnosis: case.diagnosis.clone() }
        };
        let mut job = job(&case.name, Deed::Answer(&folder.overlay), expected);
        job.answers.extend(case.answers.clone());
        job
    }));
    jobs.extend(lab.mutants.iter().map(|mutant| {
        let is_harmless = lab.harmless.iter().any(|harmless| harmless.mutant == mutant.name);
        let expected = if is_harmless { Expected::LosesNothing } else { Expected::Loses };
        job(&mutant.name, Deed::Mutant(&mutant.overlay), expected)
    }));
    jobs
}

#[cfg(test)]
mod tests {
    use super::plan;
    use crate::course::Course;
    use crate::model::Expected;

    #[test]
    fn every_lab_is_proven_whole_and_by_names_that_differ() {
        let course = Course::embedded().unwrap();
        for lab in course.labs() {
            let jobs = plan([lab]);
            assert_eq!(jobs.len(), 3 + lab.cases.len() + lab.mutants.len());
            let mut names: Vec<&str> = jobs.iter().map(|job| job.name).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), jobs.len(), "{names:?}");
            let spared = jobs.iter().filter(|job| job.expected == Expected::LosesNothing).count();
            assert_eq!(spared, lab.harmless.len());
        }
    }
}
