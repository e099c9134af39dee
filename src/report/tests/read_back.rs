//! Other programs read our reports: xmllint validates `JUnit` files, and perl's `TAP::Parser` counts TAP results.
#![allow(clippy::disallowed_methods, reason = "tests start the readers")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use tempfile::TempDir;

use super::any_report::{self, count, printed};
use crate::model::{Report, Status};
use crate::report::{ErrorReport, error_junit, error_tap, junit, labels, sample, tap};

/// Prints for each file: passed, failed, skipped, bailed out, and parse errors. A parser before 3.50 knows only version
/// 13 and complains about 14; the features of version 14 are not used here.
const COUNT: &str = r#"
    use TAP::Parser;
    for my $file (@ARGV) {
        open my $in, '<', $file or die "$file: $!";
        my $bailed = 0;
        my $parser = TAP::Parser->new({ tap => do { local $/; <$in> } });
        while (my $result = $parser->next) { $bailed = 1 if $result->is_bailout }
        my @errors = grep { !/^TAP specified version 14 / } $parser->parse_errors;
        print join(' ', scalar $parser->passed, scalar $parser->failed, scalar $parser->skipped, $bailed, @errors), "\n";
    }
"#;

/// The samples, and many random reports; the same ones each time.
fn reports() -> Vec<Report> {
    let mut runner = TestRunner::deterministic();
    let strategy = any_report::report();
    let any = (0..150).map(|_| strategy.new_tree(&mut runner).unwrap().current());
    [sample::beginner(), sample::solved(), sample::undecided()].into_iter().chain(any).collect()
}

fn error() -> ErrorReport<'static> {
    ErrorReport { what: "no <sandbox>", cause: "a\nok 1 - b\u{1b}", next: "# SKIP", exit: 3 }
}

/// Writes each text to a file.
fn files(texts: impl Iterator<Item = String>) -> (TempDir, Vec<PathBuf>) {
    let dir = tempfile::tempdir().unwrap();
    let write = |(number, text)| {
        let path = dir.path().join(format!("{number}"));
        fs::write(&path, text).unwrap();
        path
    };
    let paths = texts.enumerate().map(write).collect();
    (dir, paths)
}

fn xmllint(paths: &[PathBuf]) -> (bool, String) {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas/junit.xsd");
    let output =
        Command::new("xmllint").args(["--nonet", "--noout", "--schema"]).arg(schema).args(paths).output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
#[ignore = "needs xmllint; scripts/test.sh runs it"]
fn every_junit_file_is_valid() {
    let texts = reports().into_iter().map(|report| printed(|out| junit(&report, out)));
    let (_dir, paths) = files(texts.chain([printed(|out| error_junit(&error(), out))]));
    let (valid, stderr) = xmllint(&paths);
    assert!(valid, "{stderr}");
}

/// Guards against a schema that accepts everything.
#[test]
#[ignore = "needs xmllint; scripts/test.sh runs it"]
fn the_junit_schema_refuses_invalid_files() {
    let right = printed(|out| junit(&sample::beginner(), out));
    for (from, to) in [
        ("<testcase name=", "<testcase title="),
        ("tests=\"9\"", "tests=\"nine\""),
        ("time=\"0.007\"", "time=\"7 ms\""),
        ("<failure ", "<failed "),
        ("<properties>", "<properties><x/>"),
        ("timestamp=\"2026-11-22T10:00:00Z\"", "timestamp=\"today\""),
    ] {
        let wrong =
            right.replace(from, to).replace("</failure>", if to == "<failed " { "</failed>" } else { "</failure>" });
        assert_ne!(wrong, right, "{from}");
        let (_dir, paths) = files([wrong].into_iter());
        let (valid, stderr) = xmllint(&paths);
        assert!(!valid && stderr.contains("fails to validate"), "{from} as {to}: {stderr}");
    }
}

#[test]
#[ignore = "needs perl's TAP::Parser; scripts/test.sh runs it"]
fn a_tap_parser_counts_the_statuses_of_the_report() {
    let reports = reports();
    let texts = reports.iter().map(|report| printed(|out| tap(report, out)));
    let (_dir, paths) = files(texts.chain([printed(|out| error_tap(&error(), out))]));
    let output = Command::new("perl").args(["-e", COUNT]).args(&paths).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let counted = String::from_utf8(output.stdout).unwrap();
    let mut counted = counted.lines();
    for report in &reports {
        let failed = count(report, &[Status::Failed]);
        // TAP counts a skipped check as ok, so an unknown check is never a failure.
        let skipped = count(report, &[Status::Blocked, Status::Unknown, Status::NotRun]);
        let passed = report.checks.len() - failed;
        let bailed = u8::from(labels::nothing_was_graded(report));
        let expected = format!("{passed} {failed} {skipped} {bailed}");
        assert_eq!(counted.next(), Some(&*expected), "{}", printed(|out| tap(report, out)));
    }
    // An error of unitlab itself has no plan and no counts.
    let last = counted.next().unwrap();
    assert!(last.starts_with("0 0 0 1"), "{last}");
}
