//! The learner's progress as a JSON document.

use serde::Serialize;

use crate::course::Course;
use crate::learner::{ChapterProgress, LabProgress, Progress};
use crate::model::{Block, Chapter, CourseId, Lab};

/// `unitlab.progress/1`.
#[derive(Debug, Serialize)]
pub(crate) struct ProgressDocument<'a> {
    schema: &'static str,
    unitlab: &'static str,
    learner: String,
    course: &'a CourseId,
    chapters: Vec<ChapterRow<'a>>,
    labs: Vec<LabRow<'a>>,
}

#[derive(Debug, Serialize)]
struct ChapterRow<'a> {
    id: &'a str,
    number: u32,
    title: &'a str,
    pages: usize,
    seen: usize,
    questions: usize,
    answered: usize,
    right_at_first: usize,
    read_at: Option<&'a str>,
    answers: Vec<AnswerRow<'a>>,
}

#[derive(Debug, Serialize)]
struct AnswerRow<'a> {
    id: &'a str,
    first: &'a str,
    right: bool,
    latest: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct LabRow<'a> {
    id: &'a str,
    title: &'a str,
    started: Option<&'a str>,
    best_percent: Option<u32>,
    passed_at: Option<&'a str>,
    hints: u32,
    revealed: bool,
}

/// Lists all chapters and labs of the course, also those that the learner has not begun.
pub(crate) fn progress_document<'a>(
    course: &'a Course,
    progress: &'a Progress,
    learner: String,
) -> ProgressDocument<'a> {
    ProgressDocument {
        schema: "unitlab.progress/1",
        unitlab: env!("CARGO_PKG_VERSION"),
        learner,
        course: course.id(),
        chapters: course.tutorial().chapters.iter().map(|chapter| chapter_row(chapter, progress)).collect(),
        labs: course.labs().iter().map(|directory| lab_row(&directory.lab, progress)).collect(),
    }
}

fn chapter_row<'a>(chapter: &'a Chapter, progress: &'a Progress) -> ChapterRow<'a> {
    static NOTHING: std::sync::LazyLock<ChapterProgress> = std::sync::LazyLock::new(ChapterProgress::default);
    let known = progress.chapters.get(&chapter.id).unwrap_or(&NOTHING);
    let asked = || chapter.pages.iter().flat_map(|page| &page.blocks).filter(|block| block.question().is_some());
    let answers: Vec<AnswerRow<'_>> = asked()
        .filter_map(Block::id)
        .filter_map(|id| {
            let answer = known.answers.get(id)?;
            Some(AnswerRow { id, first: &answer.first, right: answer.right, latest: answer.latest.as_deref() })
        })
        .collect();
    ChapterRow {
        id: &chapter.id,
        number: chapter.number,
        title: &chapter.title,
        pages: chapter.pages.len(),
        seen: chapter.pages.iter().filter(|page| known.seen.contains(&page.slug)).count(),
        questions: asked().count(),
        answered: answers.len(),
        right_at_first: answers.iter().filter(|answer| answer.right).count(),
        read_at: known.read_at.as_deref(),
        answers,
    }
}

fn lab_row<'a>(lab: &'a Lab, progress: &'a Progress) -> LabRow<'a> {
    static NOTHING: std::sync::LazyLock<LabProgress> = std::sync::LazyLock::new(LabProgress::default);
    let known = progress.labs.get(&lab.id).unwrap_or(&NOTHING);
    LabRow {
        id: &lab.id,
        title: &lab.title,
        started: known.started.as_deref(),
        best_percent: known.best_percent,
        passed_at: known.passed_at.as_deref(),
        hints: known.hints_shown(),
        revealed: known.revealed,
    }
}
