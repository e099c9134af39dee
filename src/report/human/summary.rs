//! The end of a report: the score, and what to do next.

use textwrap::core::display_width;

use crate::model::{After, CheckReport, Report, Score, Status};

use super::text_builder::{TextBuilder, TextStyle};

/// Maximum width of the score bar.
const MAX_BAR: usize = 40;

/// Writes the score bar, the points, and whether the lab is passed.
pub(super) fn score(report: &Report, out: &mut TextBuilder) {
    let score = &report.score;
    let points = if score.graded_of == score.of {
        format!("{} of {} points", score.points, score.of)
    } else {
        format!("{} of {} points ({} could be graded)", score.points, score.of, score.graded_of)
    };
    let dot = out.glyphs().dot;
    let text = match score.passed {
        Some(true) => format!("{points} {dot} passed"),
        Some(false) => format!("{points} {dot} not passed yet"),
        None => points,
    };
    let room = out.width().saturating_sub(display_width(&text) + 2).min(MAX_BAR);
    if room >= 10 {
        let line = format!("{}  {}", bar(score, room, out), out.paint(TextStyle::Strong, &text));
        out.line(&line);
    } else {
        let line = bar(score, out.width().min(MAX_BAR), out);
        out.line(&line);
        out.paragraph(TextStyle::Strong, 0, &text);
    }
    if score.passed.is_none() {
        out.paragraph(
            TextStyle::Unknown,
            0,
            &format!("It is unknown whether the lab is passed: {}.", ungraded_checks(report)),
        );
    }
    if let Some(help) = help_taken(report) {
        out.paragraph(TextStyle::Dim, 0, &help);
    }
}

/// Writes the next step: of the first failed check, else of the first unknown check that depends on no other unknown
/// one. If there is neither, the lab is done.
pub(super) fn next(report: &Report, out: &mut TextBuilder) {
    let first = |status| report.checks.iter().find(|check| check.status == status);
    let mut unknown = report.checks.iter().filter(|check| check.status == Status::Unknown);
    let step =
        |check: &CheckReport| check.diagnosis.iter().map(|cause| cause.next.clone()).find(|next| !next.is_empty());
    if let Some(check) = first(Status::Failed) {
        out.row(&out.paint(TextStyle::Bad, "Next  "), TextStyle::Strong, &check.title);
        if let Some(next) = step(check) {
            command(out, &next);
        }
        if !report.hintless {
            command(out, "unitlab hint");
        }
    } else if let Some(check) = unknown.find(|check| check.blocked_by.is_empty()).or(first(Status::Unknown)) {
        out.row(&out.paint(TextStyle::Unknown, "Next  "), TextStyle::Strong, &check.title);
        command(out, &step(check).unwrap_or_else(|| "unitlab doctor".to_owned()));
    } else if report.checks.iter().any(|check| check.status == Status::Passed) {
        let all = report.checks.iter().all(|check| check.status == Status::Passed);
        let which = if all { "" } else { "that was run " };
        out.paragraph(TextStyle::Good, 0, &format!("Every check {which}passed. Well done."));
        after_pass(report, out);
    } else {
        out.paragraph(TextStyle::Unknown, 0, "Nothing could be graded here.");
        out.row("Next  ", TextStyle::Command, "unitlab doctor");
    }
}

/// Writes what the learner can do now, a question to think about, and the next command.
fn after_pass(report: &Report, out: &mut TextBuilder) {
    let nothing = After::default();
    let after = report.after.as_ref().unwrap_or(&nothing);
    if !after.learned.is_empty() {
        out.blank();
        out.paragraph(TextStyle::Plain, 0, "You can now");
        for learned in &after.learned {
            out.row(&format!("  {} ", out.glyphs().dot), TextStyle::Plain, learned);
        }
    }
    if let Some(think) = &after.think {
        out.blank();
        out.row("Think  ", TextStyle::Plain, think);
    }
    if !after.learned.is_empty() || after.think.is_some() {
        out.blank();
    }
    let next = after.next.as_deref().unwrap_or("unitlab list");
    out.row("Next  ", TextStyle::Command, next);
}

/// Writes a command to run.
fn command(out: &mut TextBuilder, command: &str) {
    let prefix = format!("      {} ", out.glyphs().go);
    out.row(&prefix, TextStyle::Command, command);
}

/// The score bar: points earned, lost and not graded.
fn bar(score: &Score, cells: usize, out: &TextBuilder) -> String {
    let glyphs = out.glyphs();
    let share = |points: u32| (cells * points as usize).checked_div(score.of as usize).unwrap_or(0).min(cells);
    let earned = share(score.points);
    let graded = share(score.graded_of).max(earned);
    let style = if score.passed == Some(true) { TextStyle::Good } else { TextStyle::Unknown };
    [
        out.paint(style, &glyphs.earned.repeat(earned)),
        out.paint(TextStyle::Dim, &glyphs.lost.repeat(graded - earned)),
        out.paint(TextStyle::Dim, &glyphs.ungraded.repeat(cells - graded)),
    ]
    .concat()
}

/// The ungraded checks, such as `2 checks are unknown, 1 check was not run`.
fn ungraded_checks(report: &Report) -> String {
    let count =
        |status, one: &str, more: &str| match report.checks.iter().filter(|check| check.status == status).count() {
            0 => None,
            1 => Some(format!("1 check {one}")),
            number => Some(format!("{number} checks {more}")),
        };
    let parts =
        [count(Status::Unknown, "is unknown", "are unknown"), count(Status::NotRun, "was not run", "were not run")];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "not every check was graded".to_owned() } else { parts.join(", ") }
}

/// The hints and the solution that the learner has seen.
fn help_taken(report: &Report) -> Option<String> {
    let hints = match report.hints {
        0 => None,
        1 => Some("1 hint was shown".to_owned()),
        number => Some(format!("{number} hints were shown")),
    };
    let solution = report.revealed.then(|| "the solution was shown".to_owned());
    match (hints, solution) {
        (None, None) => None,
        (Some(one), None) | (None, Some(one)) => Some(format!("({one})")),
        (Some(hints), Some(solution)) => Some(format!("({hints}, and {solution})")),
    }
}
