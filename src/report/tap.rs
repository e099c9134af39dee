//! A report in the Test Anything Protocol, version 14 (`testanything.org`).
//!
//! TAP has no status for an unknown check: `not ok` would count as failed, a bare `ok` as passed. It is written as
//! `# SKIP` with its reason, and its YAML block says `status: 'unknown'`.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::json::ErrorReport;
use super::labels;
use crate::model::{Cause, CheckReport, PlaceKind, Report, Status, escape};

/// Writes a report as TAP: a YAML block for each failed or unknown check, `# SKIP` for each that was not graded, and
/// `Bail out!` at the end if nothing was graded.
pub fn tap(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let mut text = String::from("TAP version 14\n");
    if report.checks.is_empty() {
        text.push_str("1..0 # SKIP the lab has no checks\n");
    } else {
        line(&mut text, &format!("1..{}", report.checks.len()));
    }
    let place = match report.place.kind {
        PlaceKind::Sandbox => "in a sandbox",
        PlaceKind::Here => "on this machine",
    };
    let systemd = if report.place.systemd.is_empty() { "of unknown version" } else { &report.place.systemd };
    line(&mut text, &format!("# {} {place} with systemd {systemd}, {}", report.lab, report.at));
    for (index, check) in report.checks.iter().enumerate() {
        point(&mut text, index + 1, check);
    }
    let score = &report.score;
    line(&mut text, &format!("# {} of {} points, {} could be graded", score.points, score.of, score.graded_of));
    line(&mut text, &format!("# passed: {}", labels::passed(score.passed)));
    if labels::nothing_was_graded(report) {
        let reason =
            report.checks.iter().find(|check| check.status == Status::Unknown).and_then(labels::ungraded_reason);
        line(&mut text, &format!("Bail out! {}", reason.unwrap_or_else(|| "no check could be graded".into())));
    }
    out.write_all(text.as_bytes())
}

/// Writes an error of unitlab itself: nothing was graded.
pub fn error_tap(error: &ErrorReport<'_>, out: &mut impl Write) -> io::Result<()> {
    let mut text = String::from("TAP version 14\n");
    for cause in error.cause.lines() {
        line(&mut text, &format!("# {cause}"));
    }
    if !error.next.is_empty() {
        line(&mut text, &format!("# next: {}", error.next));
    }
    line(&mut text, &format!("Bail out! {}", error.what));
    out.write_all(text.as_bytes())
}

/// Adds one line; newlines in it are escaped.
fn line(text: &mut String, line: &str) {
    text.push_str(escape(line).trim_end());
    text.push('\n');
}

fn point(text: &mut String, number: usize, check: &CheckReport) {
    let result = if check.status == Status::Failed { "not ok" } else { "ok" };
    let directive = labels::ungraded_reason(check)
        .map_or(String::new(), |reason| format!(" # SKIP {}", escape_directives(&reason)));
    line(text, &format!("{result} {number} - {}{directive}", escape_directives(&labels::check_name(check))));
    if matches!(check.status, Status::Failed | Status::Unknown) || !check.diagnosis.is_empty() {
        block(text, check);
    }
}

/// Escapes `#`, which would start a directive.
fn escape_directives(text: &str) -> String {
    text.replace('\\', "\\\\").replace('#', "\\#")
}

/// Adds the YAML block of a check.
fn block(text: &mut String, check: &CheckReport) {
    let status = match check.status {
        Status::Passed => "passed",
        Status::Failed => "failed",
        Status::Blocked => "blocked",
        Status::Unknown => "unknown",
        Status::NotRun => "not-run",
    };
    text.push_str("  ---\n");
    entry(text, "  ", "status", status);
    entry(text, "  ", "kind", &check.kind);
    // Writing to a String cannot fail.
    let _ = writeln!(text, "  points: {}\n  earned: {}", check.points, check.earned);
    entry(text, "  ", "expected", &check.expected);
    entry(text, "  ", "observed", &check.observed);
    if !check.evidence.is_empty() {
        text.push_str("  evidence:\n");
    }
    for evidence in &check.evidence {
        entry(text, "    - ", "layer", labels::layer(evidence.layer));
        entry(text, "      ", "source", &evidence.source);
        entry(text, "      ", "text", &evidence.text);
    }
    if !check.diagnosis.is_empty() {
        text.push_str("  diagnosis:\n");
    }
    for diagnosis in &check.diagnosis {
        entry(text, "    - ", "id", diagnosis.cause.id());
        entry(text, "      ", "text", &diagnosis.text);
        entry(text, "      ", "next", &diagnosis.next);
        for (key, value) in [("lesson", diagnosis.lesson.as_deref()), ("follows", diagnosis.follows.map(Cause::id))] {
            if let Some(value) = value {
                entry(text, "      ", key, value);
            }
        }
    }
    entry(text, "  ", "why", &check.why);
    entry(text, "  ", "lesson", &check.lesson);
    text.push_str("  ...\n");
}

/// Adds a YAML entry. In single quotes only the quote itself needs escaping.
fn entry(text: &mut String, indent: &str, key: &str, value: &str) {
    let _ = writeln!(text, "{indent}{key}: '{}'", escape(value).replace('\'', "''"));
}

#[cfg(test)]
mod tests {
    use super::{ErrorReport, error_tap, tap};
    use crate::model::{Report, Status};
    use crate::report::sample;

    fn printed(report: &Report) -> String {
        let mut out = Vec::new();
        tap(report, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_beginners_attempt() {
        insta::assert_snapshot!(printed(&sample::beginner()));
    }

    #[test]
    fn it_bails_out_only_if_nothing_was_graded() {
        let mut report = sample::undecided();
        assert!(!printed(&report).contains("Bail out!"));
        report.checks.retain(|check| check.status != Status::Passed);
        let text = printed(&report);
        let last = text.lines().last().unwrap();
        assert_eq!(last, "Bail out! unknown: port 8000 did not answer: the network of the sandbox is down");
        report.checks.clear();
        assert!(printed(&report).contains("\n1..0 # SKIP the lab has no checks\n"));
    }

    #[test]
    fn an_error_of_unitlab_bails_out() {
        let mut out = Vec::new();
        let error = ErrorReport { what: "no\nok 1", cause: "a\nok 2", next: "do", exit: 3 };
        error_tap(&error, &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "TAP version 14\n# a\n# ok 2\n# next: do\nBail out! no\\nok 1\n");
    }
}
