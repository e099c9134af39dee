//! `unitlab progress export`: prints the progress file's content as a JSON document.

use std::io::{self, Write as _};

use clap::ValueEnum;
use serde::Serialize;

use crate::app::Error;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitCode;
use crate::learner::{ChapterProgress, LabProgress, Progress};
use crate::model::{Block, Chapter, CourseId, Lab};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  unitlab progress export --format json | jq '.chapters[] | {id, seen, pages}'")]
pub(super) struct Args {
    /// The format
    #[arg(long, value_name = "FORMAT", default_value = "json")]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Json,
}

/// `unitlab.progress/1`.
#[derive(Debug, Serialize)]
struct Document<'a> {
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

pub(super) fn run(context: &Context, args: &Args) -> Result<ExitCode, Error> {
    let course = context.workspace.course()?;
    let progress = context.workspace.progress()?;
    let document = Document {
        schema: "unitlab.progress/1",
        unitlab: env!("CARGO_PKG_VERSION"),
        learner: context.workspace.learner(),
        course: course.id(),
        chapters: course.tutorial().chapters.iter().map(|chapter| chapter_row(chapter, &progress)).collect(),
        labs: course.labs().iter().map(|directory| lab_row(&directory.lab, &progress)).collect(),
    };
    let Format::Json = args.format;
    let text = serde_json::to_string_pretty(&document).map_err(io::Error::from)?;
    writeln!(io::stdout(), "{text}")?;
    Ok(ExitCode::Success)
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
