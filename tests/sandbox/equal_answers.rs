//! Two correct ways to write the same thing get the same points. Both units of each pair run in one sandbox and its twin,
//! and all checks must pass for both.

mod pairs;

use std::collections::BTreeSet;

use crate::common::{TestEnv, course};
use pairs::{Pair, pairs};
use unitlab::app::Twins;
use unitlab::model::{Check, Kind, Overlay, OverlayFile, Status, TimeSpan};

tests! {
    two_correct_ways_get_the_same_points,
}

/// `e03-sum-2.service` for the second unit of the pair at index 3.
fn unit(at: usize, pair: &Pair, way: usize) -> String {
    format!("e{at:02}-{}-{way}.service", pair.0)
}

fn kinds(pair: &Pair) -> Vec<Kind> {
    let hold = TimeSpan::from_micros(1_000_000);
    let all = [
        Kind::UnitFile,
        Kind::RunsAs { root: false },
        Kind::Active { running: true, hold },
        Kind::Enabled,
        Kind::SurvivesReboot { hold },
    ];
    all.into_iter().chain(pair.1.clone()).collect()
}

fn checks(pairs: &[Pair]) -> Vec<Check> {
    let mut checks = Vec::new();
    for (at, pair) in pairs.iter().enumerate() {
        for way in [1, 2] {
            checks.extend(kinds(pair).into_iter().enumerate().map(|(number, kind)| Check {
                id: format!("{}/{number}", unit(at, pair, way)),
                title: pair.0.to_owned(),
                points: 1,
                needs: vec![],
                why: String::new(),
                lesson: String::new(),
                hints: vec![],
                unit: unit(at, pair, way),
                kind,
            }));
        }
    }
    checks
}

fn overlay(pairs: &[Pair]) -> Overlay {
    let (mut files, mut script) = (Vec::new(), String::from("systemctl daemon-reload\n"));
    for (at, pair) in pairs.iter().enumerate() {
        for (way, number) in [(&pair.2, 1), (&pair.3, 2)] {
            let unit = unit(at, pair, number);
            let name = unit.trim_end_matches(".service");
            let filled = |text: &str| text.replace("UNIT", &unit).replace("NAME", name);
            let mut file = |path: String, text: &str| {
                files.push(OverlayFile { path, bytes: filled(text).into_bytes(), executable: false });
            };
            file(format!("/etc/systemd/system/{unit}"), &way.text);
            if let Some(text) = way.drop_in {
                file(format!("/etc/systemd/system/{unit}.d/more.conf"), text);
            }
            script.push_str(&filled(way.script));
            script.push('\n');
        }
    }
    Overlay { files, script: Some(script) }
}

fn two_correct_ways_get_the_same_points(env: TestEnv) {
    let pairs = pairs();
    assert!(pairs.len() >= 40, "{}", pairs.len());
    let names: BTreeSet<&str> = pairs.iter().map(|pair| pair.0).collect();
    assert_eq!(names.len(), pairs.len(), "two pairs have the same name");
    let mut wrong = Vec::new();
    // Two batches, because a machine limits the number of questions in one.
    for (half, pairs) in pairs.chunks(pairs.len().div_ceil(2)).enumerate() {
        let mut lab = course().lab("sre-app").unwrap().clone();
        lab.scene = Overlay::default();
        lab.lab.checks = checks(pairs);
        let session = env.lab_session(&lab, &format!("equal{half}"));
        let done = session.apply(&overlay(pairs)).unwrap();
        assert!(done.status.success(), "{}\n{}", done.status, done.output);
        let graded = session.grade(&lab, Twins::One);
        session.close().unwrap();
        assert!(graded.twin_error.is_none(), "{:?}", graded.twin_error);
        assert_eq!(graded.checks.len(), lab.lab.checks.len());
        for report in graded.checks.iter().filter(|report| report.status != Status::Passed) {
            wrong.push(format!("{}: {:?} {} {:?}", report.id, report.status, report.observed, report.diagnosis));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
