//! Recorded answers: facts that a real machine gave once, judged and reported again on any machine in milliseconds.
//!
//! Each file in `tests/recorded/` has all observations of one answer to one lab. Where a sandbox can run, the answer is
//! given again, and the observations must be the same. `UNITLAB_RECORD=1` writes the files again.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;
#[path = "recorded/normal.rs"]
mod normal;

use std::fs;
use std::path::PathBuf;

use common::{course, test_env};
use serde::{Deserialize, Serialize};
use unitlab::app::{LabSession, Twins};
use unitlab::course::LabDirectory;
use unitlab::engine;
use unitlab::model::Style;
use unitlab::model::{CourseId, Observations, Overlay, Place, PlaceKind, Report};
use unitlab::report;

/// One recording.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Recording {
    lab: String,
    systemd: String,
    observations: Observations,
}

/// Gives an answer in a sandbox.
type Give = fn(&LabSession, &LabDirectory);

/// The name of each recorded answer.
const ANSWERS: [(&str, Give); 4] = [
    ("untouched", |_, _| {}),
    ("beginner", |session, _| run(session, BEGINNER)),
    ("solution", |session, lab| session.apply_or_fail(&lab.solution, "the solution").unwrap()),
    ("stale", |session, lab| {
        session.apply_or_fail(&lab.solution, "the solution").unwrap();
        run(session, "sed -i s/^User=.*/User=root/ /etc/systemd/system/sre-app.service");
    }),
];

/// A beginner's unit file: a comment behind a value, no account, no working directory, not enabled.
const BEGINNER: &str = "cat > /etc/systemd/system/sre-app.service <<'END'
[Unit]
Description=The runbooks

[Service]
ExecStart=/usr/bin/python3 -m http.server 8000
Restart=always   # it must come back
RestartSec=3
User=root

[Install]
WantedBy=multi-user.target
END
systemctl daemon-reload
systemctl start sre-app
until python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", 8000))' 2>/dev/null
do systemctl is-active --quiet sre-app || exit 1; done
";

fn run(session: &LabSession, script: &str) {
    let overlay = Overlay { files: vec![], script: Some(script.to_owned()) };
    session.apply_or_fail(&overlay, "the answer").unwrap();
}

fn path(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "recorded", &format!("{name}.json")].iter().collect()
}

fn read(name: &str) -> Recording {
    serde_json::from_slice(&fs::read(path(name)).unwrap()).unwrap()
}

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
    for (name, _) in ANSWERS {
        let report = report(&read(name));
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
        let report = report(&read(name));
        assert_eq!((report.exit_code(), report.score.percent, report.score.complete), (code, percent, true), "{name}");
    }
}

#[test]
fn a_real_machine_gives_the_same_facts_again() {
    let Some(env) = test_env() else { return };
    let course = course();
    let lab = course.lab("sre-app").unwrap();
    let anew = std::env::var_os("UNITLAB_RECORD").is_some();
    for (name, give) in ANSWERS {
        let session = env.lab_session(lab, name);
        give(&session, lab);
        let graded = session.grade(lab, Twins::One);
        session.close().unwrap();
        let recording =
            Recording { lab: lab.lab.id.clone(), systemd: graded.place.systemd, observations: graded.observations };
        if anew {
            let mut text = serde_json::to_string_pretty(&recording).unwrap();
            text.push('\n');
            fs::write(path(name), text).unwrap();
            continue;
        }
        let before = read(name);
        if before.systemd != recording.systemd {
            // Another version of systemd shows other properties; the verdicts must be the same.
            let statuses = |it| report(it).checks.iter().map(|check| check.status).collect::<Vec<_>>();
            assert_eq!(statuses(&before), statuses(&recording), "{name}");
            continue;
        }
        let differences = normal::differences(&before.observations, &recording.observations);
        assert!(differences.is_empty(), "{name}: UNITLAB_RECORD=1 records it again\n{}", differences.join("\n"));
    }
}
