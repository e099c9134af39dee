//! `unitlab list`: lists chapters and labs, what is done, and what is running.

use std::io::{self, Write};
use std::iter;

use super::context::Context;
use super::exit_code::ExitCode;
use super::gate_client;
use crate::app::{Curriculum, Error, StepKind};
use crate::course::Course;
use crate::learner::Progress;
use crate::sandbox;
use crate::ui::{Completion, wrap};

pub(super) fn run(context: &Context) -> Result<ExitCode, Error> {
    gate_client::refuse_inside("unitlab list")?;
    let course = context.workspace.course()?;
    let progress = context.workspace.progress()?;
    let curriculum = Curriculum::of(&course, &progress);
    let rows = || curriculum.steps.iter().map(|step| &step.row);
    let wide = rows().map(|row| row.id.len()).max().unwrap_or(0);
    let mut out = io::stdout().lock();
    for (heading, chapters) in [("Chapters", true), ("Labs", false)] {
        let steps: Vec<_> =
            curriculum.steps.iter().filter(|step| matches!(step.kind, StepKind::Chapter(_)) == chapters).collect();
        if steps.is_empty() {
            continue;
        }
        writeln!(out, "{heading}")?;
        for step in steps {
            let row = &step.row;
            let details = match &step.kind {
                StepKind::Chapter(chapter) => {
                    let minutes = course.tutorial().chapters[*chapter].minutes;
                    if row.completion == Completion::NotStarted {
                        row.detail.clone()
                    } else {
                        format!("{minutes} min · {}", row.detail)
                    }
                }
                StepKind::Lab(lab) => lab_details(context, &course, &progress, lab),
            };
            let in_hand = progress.current_lab.as_ref() == Some(&row.id) && !chapters
                || progress.current_chapter.as_ref() == Some(&row.id) && chapters;
            let mark = if in_hand { context.terminal.style().glyphs().pointer } else { " " };
            let number = row.number.map_or("  ".to_owned(), |number| format!("{number:>2}"));
            let columns = context.terminal.width();
            // In a narrow window the details start on the line below the name.
            let narrow = columns < wide + 7 + 30;
            let indent = if narrow { 5 } else { wide + 7 };
            let mut lines: Vec<String> =
                [&row.title, &details].into_iter().flat_map(|text| wrap(text, columns, indent)).collect();
            if narrow {
                lines.insert(0, String::new());
            }
            let heads = iter::once((mark, number.as_str(), row.id.as_str())).chain(iter::repeat((" ", "  ", "")));
            for (line, (mark, number, id)) in lines.iter().zip(heads) {
                let gap = " ".repeat(if narrow { 0 } else { wide + 2 - id.len() });
                writeln!(out, "{}", format!("{mark} {number} {id}{gap}{line}").trim_end())?;
            }
        }
        writeln!(out)?;
    }
    if !sandbox::is_root() {
        writeln!(out, "Only root can see which sandboxes are running: sudo unitlab list\n")?;
    }
    drop(out);
    let next = curriculum.next_command(&course);
    context.print_next_commands(&next.iter().map(|next| ("next", next.as_str())).collect::<Vec<_>>())?;
    Ok(ExitCode::Success)
}

/// Minutes, points, best score, state, and whether the sandbox is running.
fn lab_details(context: &Context, course: &Course, progress: &Progress, id: &str) -> String {
    let Ok(directory) = course.lab(id) else { return String::new() };
    let known = progress.labs.get(id);
    let best = known.and_then(|known| known.best_percent).map_or("–".to_owned(), |percent| format!("{percent} %"));
    let state = match known {
        Some(known) if known.passed_at.is_some() => "passed",
        Some(_) => "begun",
        None => "new",
    };
    let running = if context.workspace.sandbox(id).is_running() { " · running" } else { "" };
    let points: u32 = directory.lab.checks.iter().map(|check| check.points).sum();
    format!("{} min · {points} points · best {best} · {state}{running}", directory.lab.minutes)
}
