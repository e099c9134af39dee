//! `unitlab progress`: draws the course, and what is done of it.

use std::io::{self, Write as _};

use crate::app::{Curriculum, Error, StepKind};
use crate::cli::context::Context;
use crate::cli::exit_code::ExitCode;
use crate::ui::{Completion, course_overview};

pub(super) fn run(context: &Context) -> Result<ExitCode, Error> {
    let course = context.workspace.course()?;
    let progress = context.workspace.progress()?;
    let curriculum = Curriculum::of(&course, &progress);
    let mut out = io::stdout().lock();
    out.write_all(course_overview(&curriculum.rows(), context.terminal.style()).as_bytes())?;
    let count = |chapter: bool, done: bool| {
        let rows = curriculum.steps.iter().filter(|step| matches!(step.kind, StepKind::Chapter(_)) == chapter);
        rows.filter(|step| !done || step.row.completion == Completion::Done).count()
    };
    let answers = progress.chapters.values().flat_map(|chapter| chapter.answers.values());
    let (given, right) = answers.fold((0, 0), |(all, right), answer| (all + 1, right + usize::from(answer.right)));
    let answers = match given {
        0 => "no question answered yet".to_owned(),
        _ => format!("{right} of {given} answers right at the first try"),
    };
    writeln!(
        out,
        "\n{} of {} chapters read, {} of {} labs passed, {answers}.",
        count(true, true),
        count(true, false),
        count(false, true),
        count(false, false),
    )?;
    writeln!(out)?;
    drop(out);
    let next = curriculum.next_command(&course);
    context.print_next_commands(&next.iter().map(|next| ("next", next.as_str())).collect::<Vec<_>>())?;
    Ok(ExitCode::Success)
}
