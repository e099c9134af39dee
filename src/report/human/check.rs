//! One check: a line that says what became of it, and beneath a failure all that helps.

use crate::model::{CheckReport, Diagnosis, Layer, Report, Status};

use super::page::{Ink, Page};

/// The checks of one report as they are told, one after the other.
#[derive(Debug)]
pub(super) struct Checks<'a> {
    report: &'a Report,
    /// Causes that stand further up already, each with the check it stands under.
    told: Vec<(&'a Diagnosis, &'a str)>,
    /// What the blocked checks just above wait for: said once beneath them all.
    awaited: Vec<&'a str>,
    /// The chapters that were named already.
    lessons: Vec<&'a str>,
    /// How wide the points are.
    points: usize,
}

impl<'a> Checks<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let points = report.checks.iter().map(|check| points(check, "?").len()).max().unwrap_or(0);
        Self { report, told: Vec::new(), awaited: Vec::new(), lessons: Vec::new(), points }
    }

    pub(super) fn write(&mut self, check: &'a CheckReport, page: &mut Page<'_>) {
        let awaited = if check.status == Status::Blocked { self.roots(check) } else { Vec::new() };
        if awaited != self.awaited {
            self.finish(page);
        }
        self.awaited = awaited;
        match check.status {
            Status::Passed if check.diagnosis.is_empty() => self.title(check, page),
            Status::Passed => self.apart(check, page, |_, _| ()),
            Status::Failed => self.apart(check, page, |check, page| {
                page.detail("expected", Ink::Plain, &check.expected);
                page.detail("observed", Ink::Plain, &check.observed);
            }),
            Status::Unknown => self.apart(check, page, |check, page| {
                page.detail("because", Ink::Plain, &check.observed);
            }),
            Status::Blocked => self.title(check, page),
            Status::NotRun => {
                self.title(check, page);
                if !check.observed.is_empty() {
                    page.paragraph(Ink::Dim, 2, &check.observed);
                }
            }
        }
    }

    /// Says what the last blocked checks wait for.
    pub(super) fn finish(&mut self, page: &mut Page<'_>) {
        if !self.awaited.is_empty() {
            page.paragraph(Ink::Dim, 2, &format!("waits for: {}", self.awaited.join("; ")));
            self.awaited.clear();
        }
    }

    fn title(&self, check: &CheckReport, page: &mut Page<'_>) {
        let (sign, ink) = sign(check.status, page);
        let text = if check.status == Status::Failed { Ink::Strong } else { quiet(check.status) };
        let lead = if page.color() { sign.to_owned() } else { format!("{sign} {:8}", word(check.status)) };
        let points = format!("{:>width$}", points(check, page.glyphs().blocked), width = self.points);
        let points = page.ink(Ink::Dim, &points);
        page.row(&format!("{} ", page.ink(ink, &lead)), text, &check.title, &points);
    }

    /// A check with details, standing between empty lines.
    fn apart(&mut self, check: &'a CheckReport, page: &mut Page<'_>, values: impl FnOnce(&CheckReport, &mut Page<'_>)) {
        page.blank();
        self.title(check, page);
        values(check, page);
        for evidence in &check.evidence {
            let layer = match evidence.layer {
                Layer::File => "file",
                Layer::Loaded => "loaded",
                Layer::Live => "live",
            };
            page.sourced(layer, &evidence.text, &evidence.source);
        }
        let (roots, followers): (Vec<_>, Vec<_>) = check.diagnosis.iter().partition(|cause| cause.follows.is_none());
        for diagnosis in roots {
            self.cause(diagnosis, &check.title, page);
        }
        if !followers.is_empty() {
            // They go when the cause does, so their own words would only be in its way.
            let ids: Vec<&str> = followers.iter().map(|follower| follower.cause.id()).collect();
            page.detail("follows", Ink::Dim, &ids.join(", "));
        }
        if check.status == Status::Failed {
            page.detail("why", Ink::Plain, &check.why);
            // Once for each chapter: it explains all of them.
            if !check.lesson.is_empty() && !self.lessons.contains(&check.lesson.as_str()) {
                page.detail("lesson", Ink::Command, &format!("unitlab learn {}", check.lesson));
                self.lessons.push(&check.lesson);
            }
        }
        page.blank();
    }

    /// A cause and what to do about it; where it stands above already, only that.
    fn cause(&mut self, diagnosis: &'a Diagnosis, title: &'a str, page: &mut Page<'_>) {
        if let Some((_, above)) = self.told.iter().find(|(told, _)| *told == diagnosis && !told.text.is_empty()) {
            page.detail("cause", Ink::Plain, &format!("the same as above: {above}"));
            return;
        }
        page.detail("cause", Ink::Strong, &diagnosis.text);
        page.detail("next", Ink::Command, &diagnosis.next);
        self.told.push((diagnosis, title));
    }

    /// The titles of the checks at the bottom of what blocks this one: what is between them is blocked itself.
    fn roots(&self, check: &'a CheckReport) -> Vec<&'a str> {
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

/// `0/15`; what is outside of the score has no number of its own.
fn points(check: &CheckReport, none: &str) -> String {
    match check.status {
        Status::Passed | Status::Failed | Status::Blocked => format!("{}/{}", check.earned, check.points),
        Status::Unknown | Status::NotRun => format!("{none}/{}", check.points),
    }
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Passed => "passed",
        Status::Failed => "failed",
        Status::Blocked => "blocked",
        Status::Unknown => "unknown",
        Status::NotRun => "not run",
    }
}

fn sign(status: Status, page: &Page<'_>) -> (&'static str, Ink) {
    let glyphs = page.glyphs();
    match status {
        Status::Passed => (glyphs.passed, Ink::Good),
        Status::Failed => (glyphs.failed, Ink::Bad),
        Status::Blocked => (glyphs.blocked, Ink::Dim),
        Status::Unknown => (glyphs.unknown, Ink::Doubt),
        Status::NotRun => (glyphs.not_run, Ink::Dim),
    }
}

fn quiet(status: Status) -> Ink {
    if matches!(status, Status::Blocked | Status::NotRun) { Ink::Dim } else { Ink::Plain }
}
