//! A report as `JUnit` XML, which CI systems read.
//!
//! The format has no official specification; this follows `tests/schemas/junit.xsd`.

use std::io::{self, Write};
use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report as Document, TestCase, TestCaseStatus, TestSuite};

use super::json::ErrorReport;
use super::labels;
use crate::model::{Cause, CheckReport, PlaceKind, Report, Status, escape};

/// Writes a report as one suite. Failed is `<failure>`, unknown is `<error>`, blocked and not-run are `<skipped>`.
pub fn junit(report: &Report, out: &mut impl Write) -> io::Result<()> {
    // CI systems read the part before a dot as a package.
    let lab = escape(&report.lab).replace('.', "-");
    let mut suite = TestSuite::new(&lab);
    suite.extra.insert("timestamp".into(), escape(&report.at).into());
    let took = Duration::from_millis(report.took_ms);
    suite.set_time(took);
    for (name, value) in properties(report) {
        suite.add_property(Property::new(escape(&name), escape(&value)));
    }
    for check in &report.checks {
        suite.add_test_case(case(check, &format!("unitlab.{lab}")));
    }
    let mut document = Document::new("unitlab");
    document.set_time(took).add_test_suite(suite);
    write(&document, out)
}

/// Writes an error of unitlab itself as a suite with one error.
pub fn error_junit(error: &ErrorReport<'_>, out: &mut impl Write) -> io::Result<()> {
    let ErrorReport { what, cause, next, exit } = *error;
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    let mut text = vec![escape(what).into_owned()];
    text.extend(cause.lines().map(|line| escape(line).into_owned()));
    text.extend((!next.is_empty()).then(|| format!("next: {}", escape(next))));
    status.set_type("unitlab").set_message(escape(what)).set_description(text.join("\n"));
    let mut case = TestCase::new("unitlab could do what it was asked", status);
    case.set_classname("unitlab");
    let mut suite = TestSuite::new("unitlab");
    suite
        .add_property(Property::new("unitlab", env!("CARGO_PKG_VERSION")))
        .add_property(Property::new("exit", exit.to_string()));
    suite.add_test_case(case);
    let mut document = Document::new("unitlab");
    document.add_test_suite(suite);
    write(&document, out)
}

fn write(document: &Document, out: &mut impl Write) -> io::Result<()> {
    // quick-junit would hide the kind of an error of `out`.
    let text = document.to_string().map_err(io::Error::other)?;
    out.write_all(text.as_bytes())
}

fn properties(report: &Report) -> Vec<(String, String)> {
    let place = match report.place.kind {
        PlaceKind::Sandbox => "sandbox",
        PlaceKind::Here => "here",
    };
    let score = &report.score;
    let fixed = [
        ("unitlab", report.unitlab.clone()),
        ("course", report.course.id.clone()),
        ("course.digest", report.course.digest.clone()),
        ("learner", report.learner.clone()),
        ("hints", report.hints.to_string()),
        ("revealed", report.revealed.to_string()),
        ("place", place.to_owned()),
        ("systemd", report.place.systemd.clone()),
        ("exit", report.exit_code().to_string()),
        ("score.points", score.points.to_string()),
        ("score.of", score.of.to_string()),
        ("score.graded_of", score.graded_of.to_string()),
        ("score.complete", score.complete.to_string()),
        ("score.percent", score.percent.to_string()),
        ("score.passed", labels::passed(score.passed)),
    ];
    let each = report
        .checks
        .iter()
        .map(|check| (format!("points.{}", check.id), format!("{}/{}", check.earned, check.points)));
    fixed.into_iter().map(|(name, value)| (name.to_owned(), value)).chain(each).collect()
}

fn case(check: &CheckReport, class: &str) -> TestCase {
    let details = details(check);
    let mut status = match check.status {
        Status::Passed => TestCaseStatus::success(),
        Status::Failed => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Status::Unknown => TestCaseStatus::non_success(NonSuccessKind::Error),
        Status::Blocked | Status::NotRun => TestCaseStatus::skipped(),
    };
    if check.status != Status::Passed {
        let message = labels::ungraded_reason(check).unwrap_or_else(|| {
            escape(&format!("expected {}, observed {}", check.expected, check.observed)).into_owned()
        });
        status.set_message(message).set_type(escape(&check.kind)).set_description(&details);
    }
    let mut case = TestCase::new(labels::check_name(check), status);
    case.set_classname(class);
    if check.status == Status::Passed && !details.is_empty() {
        case.set_system_out(details);
    }
    case
}

/// Expected, observed, evidence, causes and lesson, one per line.
fn details(check: &CheckReport) -> String {
    let mut lines = Vec::new();
    let mut add = |label: &str, text: &str| {
        if !text.is_empty() {
            lines.push(format!("{}: {}", escape(label), escape(text)));
        }
    };
    add("expected", &check.expected);
    add("observed", &check.observed);
    for evidence in &check.evidence {
        add(labels::layer(evidence.layer), &format!("{}  ({})", evidence.text, evidence.source));
    }
    for diagnosis in &check.diagnosis {
        add(&format!("cause {}", diagnosis.cause), &diagnosis.text);
        add("follows from", diagnosis.follows.map_or("", Cause::id));
        add("next", &diagnosis.next);
        add("explained in", diagnosis.lesson.as_deref().unwrap_or_default());
    }
    add("why", &check.why);
    add("lesson", &check.lesson);
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::{ErrorReport, error_junit, junit};
    use crate::report::sample;

    #[test]
    fn a_beginners_attempt() {
        let mut out = Vec::new();
        junit(&sample::beginner(), &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }

    #[test]
    fn an_error_of_unitlab_is_not_a_failed_check() {
        let mut out = Vec::new();
        let error = ErrorReport {
            what: "the course has mistakes",
            cause: "lab.toml:1:2: <a>\nb\u{1b}",
            next: "mend it",
            exit: 4,
        };
        error_junit(&error, &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }
}
