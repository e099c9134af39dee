//! Sample reports of the lab sre-app for tests.

use crate::engine::testbed;
use crate::model::{Cause, CheckReport, CourseId, Diagnosis, Evidence, Layer, Place, PlaceKind, Report, Score, Status};

const UNIT_FILE: &str = "/etc/systemd/system/sre-app.service";

/// Some checks passed, some failed, one is blocked, one unknown.
pub(super) fn beginner() -> Report {
    let stale = diagnosis(
        Cause::NeedsDaemonReload,
        "The file changed after systemd read it, so systemd still uses the old version.",
        "sudo systemctl daemon-reload",
    );
    let checks = vec![
        passed("unit-file", "unit-file", "systemd knows sre-app.service and can load it", 10),
        passed("running", "active", "The service runs, and keeps running for 2 s", 15),
        CheckReport {
            status: Status::Unknown,
            earned: 0,
            observed: "port 8000 did not answer: the network of the sandbox is down".into(),
            diagnosis: vec![diagnosis(Cause::CouldNotTell, "", "unitlab doctor")],
            ..passed("serves", "http", "http://127.0.0.1:8000/ is answered by the service's own process", 15)
        },
        passed("after-network", "setting", "It starts after network.target", 5),
        CheckReport {
            expected: "Restart=always".into(),
            observed: "no".into(),
            evidence: vec![
                evidence(Layer::File, &format!("{UNIT_FILE}:9"), "Restart=always"),
                evidence(Layer::Loaded, "systemctl show sre-app.service -p Restart", "Restart=no"),
            ],
            diagnosis: vec![stale.clone()],
            why: "With on-failure, systemd does not start it again after a clean exit.".into(),
            lesson: "reliability".into(),
            ..failed("restart-always", "restart-policy", "systemd starts it again however it ended", 15)
        },
        CheckReport {
            expected: "3s".into(),
            observed: "100ms".into(),
            evidence: vec![
                evidence(Layer::File, &format!("{UNIT_FILE}:10"), "RestartSec=3"),
                evidence(Layer::Loaded, "systemctl show sre-app.service -p RestartUSec", "RestartUSec=100ms"),
            ],
            diagnosis: vec![stale],
            why: "A pause keeps a crash loop from using all CPU time.".into(),
            lesson: "reliability".into(),
            ..failed("restart-sec", "setting", "It waits 3 seconds before each restart", 5)
        },
        passed("user-set", "setting", "The unit names a user to run as", 10),
        CheckReport {
            needs: vec!["running".into()],
            expected: "a uid other than 0".into(),
            observed: "uid 0 (root), pid 214 python3".into(),
            evidence: vec![
                evidence(Layer::File, &format!("{UNIT_FILE}:7"), "User=sre-app"),
                evidence(Layer::Loaded, "systemctl show sre-app.service -p User", "User=sre-app"),
                evidence(Layer::Live, "ps -o uid,pid,comm -p 214", "0 214 python3"),
            ],
            diagnosis: vec![diagnosis(
                Cause::NeedsRestart,
                "User= is loaded, but the process started before that and still runs as root.",
                "sudo systemctl restart sre-app.service",
            )],
            why: "Anyone who exploits a bug in a root service gets a root shell.".into(),
            lesson: "least-privilege".into(),
            ..failed("non-root", "runs-as", "No process of the service runs as root", 15)
        },
        CheckReport {
            status: Status::Blocked,
            earned: 0,
            needs: vec!["restart-always".into(), "non-root".into()],
            blocked_by: vec!["restart-always".into(), "non-root".into()],
            ..passed("enabled", "enabled", "The next boot starts it", 10)
        },
    ];
    let score = Score { points: 40, of: 100, graded_of: 85, complete: false, percent: 40, passed: Some(false) };
    report(checks, score, 2)
}

/// Every check passed.
pub(super) fn solved() -> Report {
    let checks = vec![
        passed("unit-file", "unit-file", "systemd knows sre-app.service and can load it", 40),
        passed("non-root", "runs-as", "No process of the service runs as root", 60),
    ];
    let score = Score { points: 100, of: 100, graded_of: 100, complete: true, percent: 100, passed: Some(true) };
    report(checks, score, 0)
}

/// No check failed, but an unknown one decides.
pub(super) fn undecided() -> Report {
    let mut report = beginner();
    report.checks.retain(|check| matches!(check.status, Status::Passed | Status::Unknown));
    report.checks.push(CheckReport {
        status: Status::NotRun,
        earned: 0,
        observed: "unitlab never reboots this machine".into(),
        ..passed("survives-reboot", "survives-reboot", "It runs after a reboot", 45)
    });
    report.place = Place { kind: PlaceKind::Here, systemd: String::new() };
    report.score = Score { points: 40, of: 100, graded_of: 40, complete: false, percent: 40, passed: None };
    report.hints = 0;
    report
}

fn report(checks: Vec<CheckReport>, score: Score, hints: u32) -> Report {
    Report {
        schema: Report::SCHEMA.into(),
        unitlab: "0.1.0".into(),
        lab: "sre-app".into(),
        course: CourseId { id: "unitlab".into(), digest: "5d41402abc4b2a76".into() },
        learner: "ada".into(),
        hints,
        hintless: false,
        revealed: false,
        seed: None,
        after: None,
        place: Place { kind: PlaceKind::Sandbox, systemd: "252".into() },
        at: "2026-11-22T10:00:00Z".into(),
        took_ms: 7,
        score,
        checks,
    }
}

fn passed(id: &str, kind: &str, title: &str, points: u32) -> CheckReport {
    CheckReport { kind: kind.into(), title: title.into(), ..testbed::report(id, points, Status::Passed) }
}

fn failed(id: &str, kind: &str, title: &str, points: u32) -> CheckReport {
    CheckReport { earned: 0, status: Status::Failed, ..passed(id, kind, title, points) }
}

fn evidence(layer: Layer, source: &str, text: &str) -> Evidence {
    Evidence { layer, source: source.into(), text: text.into() }
}

fn diagnosis(cause: Cause, text: &str, next: &str) -> Diagnosis {
    Diagnosis { cause, text: text.into(), next: next.into(), lesson: None, follows: None }
}
