//! One check: its status, and for a failure the details.

use crate::model::{CheckReport, Diagnosis, Report, Status};
use crate::report::labels;

use super::text_builder::{TextBuilder, TextStyle};

/// Writes the checks of a report in order. A cause or lesson is written in full only once.
#[derive(Debug)]
pub(super) struct CheckWriter<'a> {
    report: &'a Report,
    /// Causes written so far, each with the title of its check.
    causes: Vec<(&'a Diagnosis, &'a str)>,
    /// What the last blocked checks wait for. It is written once, after them.
    waits_for: Vec<&'a str>,
    /// Chapters written so far.
    lessons: Vec<&'a str>,
    /// Columns for the points.
    points_width: usize,
}

impl<'a> CheckWriter<'a> {
    pub(super) fn new(report: &'a Report) -> Self {
        let points_width = report.checks.iter().map(|check| points(check, "?").len()).max().unwrap_or(0);
        Self { report, causes: Vec::new(), waits_for: Vec::new(), lessons: Vec::new(), points_width }
    }

    pub(super) fn write(&mut self, check: &'a CheckReport, out: &mut TextBuilder) {
        let waits_for = if check.status == Status::Blocked { self.root_blockers(check) } else { Vec::new() };
        if waits_for != self.waits_for {
            self.finish(out);
        }
        self.waits_for = waits_for;
        match check.status {
            Status::Passed if check.diagnosis.is_empty() => self.title(check, out),
            Status::Passed => self.details(check, out, |_, _| ()),
            Status::Failed => self.details(check, out, |check, out| {
                out.detail("expected", TextStyle::Plain, &check.expected);
                out.detail("observed", TextStyle::Plain, &check.observed);
            }),
            Status::Unknown => self.details(check, out, |check, out| {
                out.detail("because", TextStyle::Plain, &check.observed);
            }),
            Status::Blocked => self.title(check, out),
            Status::NotRun => {
                self.title(check, out);
                if !check.observed.is_empty() {
                    out.paragraph(TextStyle::Dim, 2, &check.observed);
                }
            }
        }
    }

    /// Writes what the last blocked checks wait for.
    pub(super) fn finish(&mut self, out: &mut TextBuilder) {
        if !self.waits_for.is_empty() {
            out.paragraph(TextStyle::Dim, 2, &format!("waits for: {}", self.waits_for.join("; ")));
            self.waits_for.clear();
        }
    }

    fn title(&self, check: &CheckReport, out: &mut TextBuilder) {
        let (mark, style) = mark(check.status, out);
        let prefix = if out.color() { mark.to_owned() } else { format!("{mark} {:8}", status_name(check.status)) };
        let points = format!("{:>width$}", points(check, out.glyphs().blocked), width = self.points_width);
        let points = out.paint(TextStyle::Dim, &points);
        // The id is what `unitlab hint` takes.
        let prefix = format!("{} ", out.paint(style, &prefix));
        out.row_with_id(&prefix, title_style(check.status), &check.title, &check.id, &points);
    }

    /// Writes a check with its details, between empty lines.
    fn details(
        &mut self,
        check: &'a CheckReport,
        out: &mut TextBuilder,
        write_values: impl FnOnce(&CheckReport, &mut TextBuilder),
    ) {
        out.blank();
        self.title(check, out);
        write_values(check, out);
        for evidence in &check.evidence {
            out.detail_with_source(labels::layer(evidence.layer), &evidence.text, &evidence.source);
        }
        let (roots, followers): (Vec<_>, Vec<_>) = check.diagnosis.iter().partition(|cause| cause.follows.is_none());
        for diagnosis in roots {
            self.cause(diagnosis, &check.title, out);
        }
        if !followers.is_empty() {
            // They go away with the root cause, so their ids are enough.
            let ids: Vec<&str> = followers.iter().map(|follower| follower.cause.id()).collect();
            out.detail("follows", TextStyle::Dim, &ids.join(", "));
        }
        if check.status == Status::Failed {
            out.detail("why", TextStyle::Plain, &check.why);
            if !check.lesson.is_empty() && !self.lessons.contains(&check.lesson.as_str()) {
                out.detail("lesson", TextStyle::Command, &format!("unitlab learn {}", check.lesson));
                self.lessons.push(&check.lesson);
            }
        }
        out.blank();
    }

    /// Writes a cause and its next step; a repeated cause only refers to the first.
    fn cause(&mut self, diagnosis: &'a Diagnosis, title: &'a str, out: &mut TextBuilder) {
        if let Some((_, above)) = self.causes.iter().find(|(known, _)| *known == diagnosis && !known.text.is_empty()) {
            out.detail("cause", TextStyle::Plain, &format!("the same as above: {above}"));
            return;
        }
        out.detail("cause", TextStyle::Strong, &diagnosis.text);
        out.detail("next", TextStyle::Command, &diagnosis.next);
        self.causes.push((diagnosis, title));
    }

    /// The titles of the checks that block this one, directly or through blocked checks, and are not blocked themselves.
    fn root_blockers(&self, check: &'a CheckReport) -> Vec<&'a str> {
        let mut found = Vec::new();
        let mut ids: Vec<&str> = check.blocked_by.iter().rev().map(String::as_str).collect();
        let mut seen = Vec::new();
        while let Some(id) = ids.pop() {
            let Some(blocker) = self.report.checks.iter().find(|check| check.id == id) else { continue };
            if seen.contains(&id) {
                continue;
            }
            seen.push(id);
            if blocker.status == Status::Blocked {
                ids.extend(blocker.blocked_by.iter().rev().map(String::as_str));
            } else {
                found.push(blocker.title.as_str());
            }
        }
        found
    }
}

/// `0/15`; for a check that was not graded, `none` replaces the 0.
fn points(check: &CheckReport, none: &str) -> String {
    match check.status {
        Status::Passed | Status::Failed | Status::Blocked => format!("{}/{}", check.earned, check.points),
        Status::Unknown | Status::NotRun => format!("{none}/{}", check.points),
    }
}

fn status_name(status: Status) -> &'static str {
    match status {
        Status::Passed => "passed",
        Status::Failed => "failed",
        Status::Blocked => "blocked",
        Status::Unknown => "unknown",
        Status::NotRun => "not run",
    }
}

fn mark(status: Status, out: &TextBuilder) -> (&'static str, TextStyle) {
    let glyphs = out.glyphs();
    match status {
        Status::Passed => (glyphs.passed, TextStyle::Good),
        Status::Failed => (glyphs.failed, TextStyle::Bad),
        Status::Blocked => (glyphs.blocked, TextStyle::Dim),
        Status::Unknown => (glyphs.unknown, TextStyle::Unknown),
        Status::NotRun => (glyphs.not_run, TextStyle::Dim),
    }
}

fn title_style(status: Status) -> TextStyle {
    match status {
        Status::Failed => TextStyle::Strong,
        Status::Blocked | Status::NotRun => TextStyle::Dim,
        Status::Passed | Status::Unknown => TextStyle::Plain,
    }
}
