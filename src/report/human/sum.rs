//! The end of a report, which stands right above the prompt: the score, and the one thing to do next.

use textwrap::core::display_width;

use crate::model::{After, CheckReport, Report, Score, Status};

use super::page::{Ink, Page};

/// The widest that a bar becomes.
const BAR: usize = 40;

/// The bar with its numbers, and whether that is enough.
pub(super) fn score(report: &Report, page: &mut Page<'_>) {
    let score = &report.score;
    let points = if score.graded_of == score.of {
        format!("{} of {} points", score.points, score.of)
    } else {
        format!("{} of {} points ({} could be graded)", score.points, score.of, score.graded_of)
    };
    let dot = page.glyphs().dot;
    let words = match score.passed {
        Some(true) => format!("{points} {dot} passed"),
        Some(false) => format!("{points} {dot} not passed yet"),
        None => points,
    };
    let room = page.width().saturating_sub(display_width(&words) + 2).min(BAR);
    if room >= 10 {
        let line = format!("{}  {}", bar(score, room, page), page.ink(Ink::Strong, &words));
        page.line(&line);
    } else {
        let line = bar(score, page.width().min(BAR), page);
        page.line(&line);
        page.paragraph(Ink::Strong, 0, &words);
    }
    if score.passed.is_none() {
        page.paragraph(Ink::Doubt, 0, &format!("Whether that passes cannot be said yet: {}.", unsettled(report)));
    }
    if let Some(help) = help_taken(report) {
        page.paragraph(Ink::Dim, 0, &help);
    }
}

/// What to do now: the first failure's next step and a hint, else that of the first unknown which rests on no other, else
/// nothing is left.
pub(super) fn next(report: &Report, page: &mut Page<'_>) {
    let first = |status| report.checks.iter().find(|check| check.status == status);
    let mut untold = report.checks.iter().filter(|check| check.status == Status::Unknown);
    let step =
        |check: &CheckReport| check.diagnosis.iter().map(|cause| cause.next.clone()).find(|next| !next.is_empty());
    if let Some(check) = first(Status::Failed) {
        page.row(&page.ink(Ink::Bad, "Next  "), Ink::Strong, &check.title, "");
        if let Some(next) = step(check) {
            go(page, &next);
        }
        if !report.hintless {
            go(page, "unitlab hint");
        }
    } else if let Some(check) = untold.find(|check| check.blocked_by.is_empty()).or(first(Status::Unknown)) {
        page.row(&page.ink(Ink::Doubt, "Next  "), Ink::Strong, &check.title, "");
        go(page, &step(check).unwrap_or_else(|| "unitlab doctor".to_owned()));
    } else if report.checks.iter().any(|check| check.status == Status::Passed) {
        let all = report.checks.iter().all(|check| check.status == Status::Passed);
        let asked = if all { "" } else { "that was run " };
        page.paragraph(Ink::Good, 0, &format!("Every check {asked}passed. Well done."));
        after(report, page);
    } else {
        page.paragraph(Ink::Doubt, 0, "Nothing could be graded here.");
        page.row("Next  ", Ink::Command, "unitlab doctor", "");
    }
}

/// What was learned, what to think about, and where it goes on.
fn after(report: &Report, page: &mut Page<'_>) {
    let nothing = After::default();
    let after = report.after.as_ref().unwrap_or(&nothing);
    if !after.learned.is_empty() {
        page.blank();
        page.paragraph(Ink::Plain, 0, "You can now");
        for learned in &after.learned {
            page.row(&format!("  {} ", page.glyphs().dot), Ink::Plain, learned, "");
        }
    }
    if !after.think.is_empty() {
        page.blank();
        page.row("Think  ", Ink::Plain, &after.think, "");
    }
    if !after.learned.is_empty() || !after.think.is_empty() {
        page.blank();
    }
    let next = if after.next.is_empty() { "unitlab list" } else { &after.next };
    page.row("Next  ", Ink::Command, next, "");
}

fn go(page: &mut Page<'_>, step: &str) {
    let lead = format!("      {} ", page.glyphs().go);
    page.row(&lead, Ink::Command, step, "");
}

fn bar(score: &Score, cells: usize, page: &Page<'_>) -> String {
    let glyphs = page.glyphs();
    let share = |points: u32| (cells * points as usize).checked_div(score.of as usize).unwrap_or(0).min(cells);
    let earned = share(score.points);
    let graded = share(score.graded_of).max(earned);
    let ink = if score.passed == Some(true) { Ink::Good } else { Ink::Doubt };
    [
        page.ink(ink, &glyphs.earned.repeat(earned)),
        page.ink(Ink::Dim, &glyphs.lost.repeat(graded - earned)),
        page.ink(Ink::Dim, &glyphs.ungraded.repeat(cells - graded)),
    ]
    .concat()
}

/// Why the outcome is open: `2 checks could not be told, 1 check was not run`.
fn unsettled(report: &Report) -> String {
    let count =
        |status, one: &str, more: &str| match report.checks.iter().filter(|check| check.status == status).count() {
            0 => None,
            1 => Some(format!("1 check {one}")),
            number => Some(format!("{number} checks {more}")),
        };
    let parts = [
        count(Status::Unknown, "could not be told", "could not be told"),
        count(Status::NotRun, "was not run", "were not run"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "not every check was graded".to_owned() } else { parts.join(", ") }
}

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
