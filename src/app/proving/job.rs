//! What there is to prove: a lab's own cases, those that every lab has, and its mutants; the commands of a chapter.

use std::collections::BTreeMap;

use super::chapter_proof::ChapterProof;
use crate::app::{LabRunner, LabSession};
use crate::course::LabFolder;
use crate::model::{Expected, Handed, Overlay};
use crate::sandbox::{RootSource, SandboxError};

/// What one machine is for.
#[derive(Debug, Clone)]
pub enum Job<'a> {
    /// An answer to a lab is given and graded.
    Case(Case<'a>),
    /// Commands of a chapter are run.
    ChapterProof(ChapterProof<'a>),
}

/// One case to be tried.
#[derive(Debug, Clone)]
pub struct Case<'a> {
    /// The lab it proves.
    pub(super) lab: &'a LabFolder,
    /// The case's name, or the mutant's.
    pub(super) name: &'a str,
    /// What is handed in.
    pub(super) answers: BTreeMap<String, Handed>,
    /// What is done on the machine.
    pub(super) action: CaseAction<'a>,
    /// What must come of it.
    pub(super) expected: Expected,
}

impl Job<'_> {
    /// The id of the lab, with its seed if it has one, or of the chapter.
    pub(super) fn subject(&self) -> String {
        match self {
            Self::Case(case) => match case.lab.seed {
                Some(seed) => format!("{} with seed {seed}", case.lab.lab.id),
                None => case.lab.lab.id.clone(),
            },
            Self::ChapterProof(chapter_proof) => chapter_proof.chapter.id.clone(),
        }
    }

    /// What it is called: the case's name, the mutant's, or that of the chapter's block.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Case(case) => case.name,
            Self::ChapterProof(chapter_proof) => chapter_proof.name(),
        }
    }

    /// Whether it proves this lab.
    #[must_use]
    pub fn is_of(&self, lab: &str) -> bool {
        matches!(self, Self::Case(case) if case.lab.lab.id == lab)
    }

    /// How many verdicts come of it.
    #[must_use]
    pub fn verdicts(&self) -> usize {
        match self {
            Self::Case(_) => 1,
            Self::ChapterProof(chapter_proof) => chapter_proof.steps().len(),
        }
    }

    /// Boots a machine with the scene in it.
    pub(super) fn open(&self, workshop: &LabRunner, name: &str) -> Result<LabSession, SandboxError> {
        match self {
            Self::Case(case) => workshop.open(case.lab, name, RootSource::Fresh),
            Self::ChapterProof(chapter_proof) => workshop.open_chapter(chapter_proof.chapter, name),
        }
    }
}

/// What is done before the machine is asked.
#[derive(Debug, Clone, Copy)]
pub(super) enum CaseAction<'a> {
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
    labs.into_iter().flat_map(cases).map(Job::Case).collect()
}

fn cases(lab: &LabFolder) -> Vec<Case<'_>> {
    let case = |name, action, expected| {
        let begins = matches!(action, CaseAction::Nothing | CaseAction::Reset(_));
        let answers = if begins { BTreeMap::new() } else { lab.answers.clone() };
        Case { lab, name, answers, action, expected }
    };
    let mut cases = vec![
        case("untouched", CaseAction::Nothing, Expected::Untouched),
        case("solution", CaseAction::Answer(&lab.solution), Expected::FullMarks),
        case("reset", CaseAction::Reset(&lab.solution), Expected::Untouched),
    ];
    cases.extend(lab.cases.iter().map(|folder| {
        let own = &folder.case;
        let expected = if own.fails.is_empty() {
            Expected::FullMarks
        } else {
            Expected::Fails { fails: own.fails.clone(), diagnosis: own.diagnosis.clone() }
        };
        let mut case = case(&own.name, CaseAction::Answer(&folder.overlay), expected);
        case.answers.extend(own.answers.clone());
        case
    }));
    cases.extend(lab.mutants.iter().map(|mutant| {
        let is_harmless = lab.harmless.iter().any(|harmless| harmless.mutant == mutant.name);
        let expected = if is_harmless { Expected::LosesNothing } else { Expected::Loses };
        case(&mutant.name, CaseAction::Mutant(&mutant.overlay), expected)
    }));
    cases
}

#[cfg(test)]
mod tests {
    use super::{Job, plan};
    use crate::course::Course;
    use crate::model::Expected;

    #[test]
    fn every_lab_is_proven_whole_and_by_names_that_differ() {
        let course = Course::embedded().unwrap();
        for lab in course.labs() {
            let jobs = plan([lab]);
            assert_eq!(jobs.len(), 3 + lab.cases.len() + lab.mutants.len());
            let mut names: Vec<&str> = jobs.iter().map(Job::name).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), jobs.len(), "{names:?}");
            let spared = jobs
                .iter()
                .filter(|job| matches!(job, Job::Case(case) if case.expected == Expected::LosesNothing))
                .count();
            assert_eq!(spared, lab.harmless.len());
        }
    }
}
