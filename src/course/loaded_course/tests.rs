//! Reads a small valid course, the embedded course, and directories that are not courses.

use std::path::Path;

use super::{Course, CourseErrors, CourseId};
use crate::course::LabDirectory;
use crate::course::files::{CHAPTERS, CourseFiles};
use crate::model::{Cause, Expect, Kind, TimeSpan, Value};

pub(super) const LAB: &str = r#"title   = "A lab"
chapter = "systemctl"
minutes = 10
pass    = 80
unit    = "a.service"

[[check]]
id     = "first"
title  = "It is there"
points = 40
kind   = "unit-file"
why    = "Why."
lesson = "systemctl"
hints  = ["1", "2", "3"]

[[check]]
id     = "second"
title  = "It waits"
points = 60
needs  = ["first"]
kind   = "setting"
name   = "RestartSec"
is     = 3
why    = "Why."
lesson = "reliability"
hints  = ["1", "2", "3"]
"#;
pub(super) const CASE: &str = "what = \"x\"\nfails = [\"second\"]\ndiagnosis = [\"inline-comment\"]\n";

pub(super) fn course_with(lab: &str, case: &str, more: &[(&str, &[u8])]) -> Result<Course, Vec<String>> {
    let mut files: Vec<(&str, &[u8])> = vec![
        ("labs/a/brief.md", b"Do it."),
        ("labs/a/scene/setup.sh", b"true"),
        ("labs/a/solution/notes.md", b"Done."),
        ("labs/a/solution/files/usr/bin/x", b"#!/bin/sh\n"),
        ("labs/a/cases/one/apply.sh", b"true"),
        ("labs/a/lab.toml", lab.as_bytes()),
        ("labs/a/cases/one/case.toml", case.as_bytes()),
    ];
    files.retain(|(path, _)| more.iter().all(|(other, bytes)| other != path || !bytes.is_empty()));
    files.extend(more.iter().filter(|(_, bytes)| !bytes.is_empty()));
    read(&files).map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

fn read(files: &[(&str, &[u8])]) -> Result<Course, CourseErrors> {
    let tree = CourseFiles::of(files);
    Course::from_tree(CourseId { id: "test".into(), digest: tree.digest() }, &tree)
}

#[test]
fn a_valid_course_is_read() {
    let course = course_with(LAB, CASE, &[]).unwrap();
    let directory = course.lab("a").unwrap();
    let span = Value::Span(TimeSpan::from_micros(3_000_000));
    assert_eq!(directory.lab.checks[1].kind, Kind::Setting { name: "RestartSec".into(), expect: Expect::Is(span) });
    assert_eq!(directory.lab.checks[1].unit, "a.service");
    assert_eq!(directory.scene.script.as_deref(), Some("true"));
    assert_eq!(directory.solution.files[0].path, "/usr/bin/x");
    assert!(directory.solution.files[0].executable);
    assert_eq!(directory.cases[0].case.fails, ["second"]);
}

#[test]
fn a_lab_may_have_no_hints_at_all() {
    let without = LAB.replace("hints  = [\"1\", \"2\", \"3\"]\n", "");
    let course = course_with(&without.replace("minutes = 10", "minutes = 10\nhints = false"), CASE, &[]).unwrap();
    assert!(!course.lab("a").unwrap().lab.has_hints());
    assert!(course_with(LAB, CASE, &[]).unwrap().lab("a").unwrap().lab.has_hints());
}

#[test]
fn within_and_hold_have_defaults() {
    let spans = |text: &str| TimeSpan::parse(text).unwrap();
    for (written, kind) in [
        ("\"comes-back\"", Kind::ComesBack { within: spans("5s"), again: false }),
        ("\"comes-back\"\nwithin = 3", Kind::ComesBack { within: spans("3s"), again: false }),
        ("\"comes-back\"\nagain = true", Kind::ComesBack { within: spans("5s"), again: true }),
        ("\"survives-reboot\"", Kind::SurvivesReboot { hold: spans("2s") }),
        ("\"survives-reboot\"\nhold = \"500ms\"", Kind::SurvivesReboot { hold: spans("500ms") }),
    ] {
        let course = course_with(&LAB.replace("\"unit-file\"", written), CASE, &[]).unwrap();
        assert_eq!(course.lab("a").unwrap().lab.checks[0].kind, kind, "{written}");
    }
}

#[test]
fn missing_unexpected_and_binary_files_are_reported() {
    for (path, bytes, expected) in [
        ("labs/a/brief.md", &b""[..], "labs/a/brief.md: the file is missing; create it"),
        ("labs/a/solution/notes.md", b"", "labs/a/solution/notes.md: the file is missing; create it"),
        ("labs/a/lab.toml", b"", "labs/a/lab.toml: the file is missing; create it"),
        (
            "labs/a/cases/one/apply.sh",
            b"",
            "labs/a/cases/one: the directory has neither files/ nor apply.sh; add at least one of them",
        ),
        ("labs/a/scene/setpu.sh", b"x", "labs/a/scene/setpu.sh: unexpected file; did you mean \"setup.sh\"?"),
        ("labs/a/cases/readme", b"x", "labs/a/cases/readme: unexpected file; expected here: a directory for each case"),
        ("labs/b.toml", b"x", "labs/b.toml: unexpected file; a lab is a directory: labs/ID/lab.toml"),
        (
            "labs/B/lab.toml",
            b"x = 1",
            "labs/B: the directory name is not a valid id; use lower-case letters, digits and hyphens",
        ),
    ] {
        let errors = course_with(LAB, CASE, &[(path, bytes)]).expect_err(path);
        assert!(errors.iter().any(|error| error == expected), "{expected}: {errors:?}");
    }
    let errors = read(&[("labs/a/lab.toml", b"a = 1\nb = \"\xff\"")]).expect_err("not UTF-8");
    assert!(
        errors.to_string().contains("labs/a/lab.toml:2:6: the file is not valid UTF-8 from here on; save it as UTF-8"),
        "{errors}"
    );
}

#[test]
fn the_embedded_course_equals_the_directory() {
    let embedded = Course::embedded().unwrap_or_else(|errors| panic!("{errors}"));
    let directory = Course::open(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(embedded.labs(), directory.labs());
    assert_eq!(embedded.id().digest, directory.id().digest);
    assert_eq!(embedded.id().id, "unitlab");
}

#[test]
fn every_embedded_lab_has_enough_cases() {
    for directory in Course::embedded().unwrap().labs() {
        let id = &directory.lab.id;
        assert_eq!(directory.lab.checks.iter().map(|check| check.points).sum::<u32>(), 100, "{id}: points");
        assert!(directory.missing_cases().is_empty(), "{:?}", directory.missing_cases());
    }
}

#[test]
fn missing_cases_are_listed() {
    let course = course_with(LAB, CASE, &[]).unwrap();
    let missing: Vec<String> = course.lab("a").unwrap().missing_cases().iter().map(ToString::to_string).collect();
    assert_eq!(
        missing,
        [
            "labs/a/cases: the lab has 0 right answers besides the solution; write at least 3 cases with fails = []",
            "labs/a/cases: the lab has 1 wrong answer; write at least 8 cases that list the checks they fail",
            "labs/a/lab.toml: no case fails the check \"first\"; write a wrong answer that fails it",
        ]
    );
}

#[test]
fn an_unknown_lab_gets_a_suggestion() {
    let course = Course::embedded().unwrap();
    assert_eq!(course.lab("sre-ap").unwrap_err().to_string(), "there is no lab \"sre-ap\"; did you mean \"sre-app\"?");
    let labs = course.labs().iter().map(|lab| lab.lab.id.clone()).collect::<Vec<_>>().join(", ");
    let message = format!("there is no lab \"nosuch\"; the labs are: {labs}");
    assert_eq!(course.lab("nosuch").unwrap_err().to_string(), message);
}

#[test]
fn hostile_directories_are_refused_in_bounded_time() {
    use std::os::unix::fs::symlink;
    let dir = tempfile::tempdir().unwrap();
    let open = || Course::open(dir.path()).expect_err("no course").to_string();
    assert_eq!(open(), "labs: the directory is missing; a course directory contains lessons/, labs/, or both");
    let lab = dir.path().join("labs/a");
    std::fs::create_dir_all(&lab).unwrap();
    assert_eq!(open(), "labs: the directory contains no lab; a lab is a directory with a lab.toml");
    symlink("/dev/zero", lab.join("lab.toml")).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, lab.join("brief.md"), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    std::fs::File::create(lab.join("huge")).unwrap().set_len(1 << 40).unwrap();
    assert_eq!(
        open(),
        "labs/a/brief.md: this is not a regular file or directory; create links and special files in a script\n\
         labs/a/huge: the file is larger than 1 MiB; create large files in a script\n\
         labs/a/lab.toml: this is not a regular file or directory; create links and special files in a script"
    );
    let missing = Course::open(&dir.path().join("nowhere")).expect_err("nothing there").to_string();
    assert!(missing.contains("nowhere: cannot open the course: No such file"), "{missing}");
}

#[test]
fn a_lab_read_alone_equals_the_lab_of_the_course_but_for_its_cases() {
    let whole = Course::embedded().unwrap();
    let without_cases = |lab: &LabDirectory| LabDirectory { cases: vec![], ..lab.clone() };
    for lab in whole.labs() {
        let id = &lab.lab.id;
        let alone = Course::embedded_lab(id).unwrap();
        assert_eq!((alone.id(), alone.labs()), (whole.id(), &[without_cases(lab)][..]));
        assert_eq!(*alone.variant(id, 7).unwrap(), without_cases(&whole.variant(id, 7).unwrap()));
    }
    assert_eq!(Course::embedded_lab("nosuch"), None);
}

#[test]
fn the_embedded_chapters_are_listed_in_their_order() {
    let course = Course::embedded().unwrap();
    let ids: Vec<&str> = course.tutorial().chapters.iter().map(|chapter| chapter.id.as_str()).collect();
    assert_eq!(*CHAPTERS, ids);
}

#[test]
fn every_cause_is_explained_by_a_chapter_of_the_embedded_course() {
    for cause in Cause::ALL.iter().filter(|cause| **cause != Cause::CouldNotTell) {
        assert!(cause.lesson().is_some_and(|lesson| CHAPTERS.contains(&lesson)), "{cause}: {:?}", cause.lesson());
    }
    assert_eq!(Cause::CouldNotTell.lesson(), None);
}
