//! What there is to prove: the cases and mutants of a lab, and the commands of a chapter.

use std::collections::BTreeMap;

use super::chapter_proof::ChapterProof;
use crate::app::lab_runner::LabRunner;
use crate::app::lab_session::LabSession;
use crate::course::LabDirectory;
use crate::model::{Chapter, Expected, Overlay, SubmittedAnswer};
use crate::sandbox::{RootSource, SandboxError, Wait};

/// What one sandbox is booted for.
#[derive(Debug, Clone)]
pub enum Job<'a> {
    /// Apply an answer to a lab, and grade it.
    Case(Case<'a>),
    /// Run commands of a chapter.
    Chapter(ChapterProof<'a>),
}

/// One case or mutant of a lab.
#[derive(Debug, Clone)]
pub struct Case<'a> {
    pub(super) lab: &'a LabDirectory,
    /// The name of the case or of the mutant.
    pub(super) name: &'a str,
    /// What is handed in, by check id.
    pub(super) answers: BTreeMap<String, SubmittedAnswer>,
    pub(super) action: CaseAction<'a>,
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
            Self::Chapter(proof) => proof.chapter.id.clone(),
        }
    }

    /// The name of the case, of the mutant, or of the chapter's block.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Case(case) => case.name,
            Self::Chapter(proof) => proof.name(),
        }
    }

    /// True for a case of this lab.
    #[must_use]
    pub fn is_case_of(&self, lab: &str) -> bool {
        matches!(self, Self::Case(case) if case.lab.lab.id == lab)
    }

    /// How many verdicts it gives.
    #[must_use]
    pub fn verdicts(&self) -> usize {
        match self {
            Self::Case(_) => 1,
            Self::Chapter(proof) => proof.steps().len(),
        }
    }

    /// Boots a sandbox with the scene. `wait` is called while this host has no place for it.
    pub(super) fn open(&self, runner: &LabRunner, name: &str, wait: Wait<'_>) -> Result<LabSession, SandboxError> {
        match self {
            Self::Case(case) => runner.open_waiting(case.lab, name, RootSource::Fresh, wait),
            Self::Chapter(proof) => runner.open_chapter_waiting(proof.chapter, name, wait),
        }
    }
}

/// What is done in the sandbox before it is graded.
#[derive(Debug, Clone, Copy)]
pub(super) enum CaseAction<'a> {
    Nothing,
    /// Apply an answer. Its script must succeed.
    Answer(&'a Overlay),
    /// Apply a mutant of the solution. Its script may fail because of the mutation.
    Mutant(&'a Overlay),
    /// Apply the solution, then go back to the starting scene.
    Reset(&'a Overlay),
}

/// Returns a job for each case and mutant of these labs.
#[must_use]
pub fn lab_jobs<'a>(labs: impl IntoIterator<Item = &'a LabDirectory>) -> Vec<Job<'a>> {
    labs.into_iter().flat_map(cases).map(Job::Case).collect()
}

/// Returns the jobs that prove these chapters; with `twice`, also that each command can run twice in a row.
#[must_use]
pub fn chapter_jobs<'a>(chapters: impl IntoIterator<Item = &'a Chapter>, twice: bool) -> Vec<Job<'a>> {
    chapters.into_iter().flat_map(|chapter| ChapterProof::all(chapter, twice)).map(Job::Chapter).collect()
}

fn cases(lab: &LabDirectory) -> Vec<Case<'_>> {
    let case = |name, action, expected| {
        let is_unsolved = matches!(action, CaseAction::Nothing | CaseAction::Reset(_));
        let answers = if is_unsolved { BTreeMap::new() } else { lab.answers.clone() };
        Case { lab, name, answers, action, expected }
    };
    let mut cases = vec![
        case("untouched", CaseAction::Nothing, Expected::Untouched),
        case("solution", CaseAction::Answer(&lab.solution), Expected::FullMarks),
        case("reset", CaseAction::Reset(&lab.solution), Expected::Untouched),
    ];
    cases.extend(lab.cases.iter().map(|directory| {
        let own = &directory.case;
        let expected = if own.fails.is_empty() {
            Expected::FullMarks
        } else {
            Expected::Fails { fails: own.fails.clone(), diagnosis: own.diagnosis.clone() }
        };
        let mut case = case(&own.name, CaseAction::Answer(&directory.overlay), expected);
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
    use super::{Job, chapter_jobs, lab_jobs};
    use crate::course::Course;
    use crate::model::Expected;

    #[test]
    fn every_case_and_mutant_of_a_lab_is_a_job_with_a_unique_name() {
        let course = Course::embedded().unwrap();
        for lab in course.labs() {
            let jobs = lab_jobs([lab]);
            assert_eq!(jobs.len(), 3 + lab.cases.len() + lab.mutants.len());
            let mut names: Vec<&str> = jobs.iter().map(Job::name).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), jobs.len(), "{names:?}");
            let harmless = jobs
                .iter()
                .filter(|job| matches!(job, Job::Case(case) if case.expected == Expected::LosesNothing))
                .count();
            assert_eq!(harmless, lab.harmless.len());
        }
    }

    #[test]
    fn every_command_runs_in_order_and_alone() {
        let course = Course::embedded().unwrap();
        let chapter = course.chapter("reliability").unwrap();
        let count =
            chapter.pages.iter().flat_map(|page| &page.blocks).filter(|block| block.command().is_some()).count();
        assert!(count >= 5, "{count}");
        let verdicts = |twice| chapter_jobs([chapter], twice).iter().map(Job::verdicts).sum::<usize>();
        assert_eq!(verdicts(false), 2 * count);
        assert_eq!(verdicts(true), 4 * count);
        assert_eq!(chapter_jobs([chapter], false).len(), 1 + count);
    }
}
