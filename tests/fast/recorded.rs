//! Recorded answers: facts that a real machine gave once, judged and reported again on any machine in milliseconds.
//!
//! `tests/sandbox/recorded_facts.rs` compares them with a real machine, and records them.

use crate::common::course;
use crate::common::recording::Recording;
use unitlab::engine;
use unitlab::model::{CourseId, Place, PlaceKind, Report, Style};
use unitlab::report;

/// The report on a recording. Everything that does not come from the machine is constant.
fn report(recording: &Recording) -> Report {
    let course = course();
    let lab = &course.lab(&recording.lab).unwrap().lab;
    let checks = engine::judge(lab, &recording.observations);
    Report {
        schema: Report::SCHEMA.into(),
        unitlab: "0.1.0".into(),
        lab: recording.lab.clone(),
        course: CourseId { id: "unitlab".into(), digest: "0123456789abcdef".into() },
        learner: "ada".into(),
        hints: 1,
        hintless: false,
        revealed: false,
        seed: None,
        after: None,
        place: Place { kind: PlaceKind::Sandbox, systemd: recording.systemd.clone() },
        at: "2026-11-22T10:00:00Z".into(),
        took_ms: 412,
        score: engine::score(lab.pass, &checks),
        checks,
    }
}

fn human(report: &Report, width: usize, color: bool) -> String {
    let mut out = Vec::new();
    report::human(report, Style { width, color, unicode: true }, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn each_recorded_answer_gets_its_report() {
    for name in ["untouched", "beginner", "solution", "stale"] {
        let report = report(&Recording::read(name));
        let mut json = Vec::new();
        report::json(&report, &mut json).unwrap();
        insta::assert_snapshot!(format!("{name}-json"), String::from_utf8(json).unwrap());
        insta::assert_snapshot!(format!("{name}-80"), human(&report, 80, false));
        insta::assert_snapshot!(format!("{name}-80-colour"), human(&report, 80, true).replace('\x1b', "␛"));
        insta::assert_snapshot!(format!("{name}-40"), human(&report, 40, false));
    }
}

#[test]
fn each_recorded_answer_gets_its_score() {
    for (name, code, percent) in [("untouched", 1, 0), ("beginner", 1, 33), ("solution", 0, 100), ("stale", 1, 82)] {
        let report = report(&Recording::read(name));
        assert_eq!((report.exit_code(), report.score.percent, report.score.complete), (code, percent, true), "{name}");
    }
}
