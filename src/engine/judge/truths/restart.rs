//! Verdicts about `restart-policy` and `setting`: truths 11, 12, 15 and 32.

use super::verdicts::{judged, summary};
use crate::engine::testbed::{ObservationsBuilder, fragment, service, text_file};
use crate::model::{CheckReport, Expect, Kind, RestartPolicy, Role, Status, TimeSpan, UnitFact, Value};

fn always() -> Kind {
    Kind::RestartPolicy { one_of: vec![RestartPolicy::Always] }
}

fn restart(live: &str, disk: Option<&str>, text: &str) -> CheckReport {
    let observations = ObservationsBuilder::default().loaded(service(&[("Restart", live)])).files(fragment(text));
    let twin = |disk| service(&[("Restart", disk)]);
    judged(
        always(),
        match disk {
            Some(disk) => observations.twin_loaded(twin(disk)),
            None => observations,
        },
    )
}

#[test]
fn truth_11_mistakes_in_a_restart_line_are_named() {
    for (text, id) in [
        ("[Service]\nRestart=Always\n", "bad-value"),
        ("[Service]\nrestart=always\n", "unknown-key"),
        ("[Service]\nRestart=always # x\n", "inline-comment"),
        ("[Unit]\nRestart=always\n", "wrong-section"),
    ] {
        for disk in [Some("no"), None] {
            let report = restart("no", disk, text);
            assert_eq!(summary(&report), (Status::Failed, "Restart=no", vec![id]), "{text}");
            assert!(report.diagnosis[0].text.contains("sre-app.service:2"), "{}", report.diagnosis[0].text);
        }
    }
}

#[test]
fn truth_12_an_empty_restart_does_not_reset_it() {
    assert_eq!(restart("always", None, "[Service]\nRestart=always\nRestart=\n").status, Status::Passed);
}

#[test]
fn the_setting_must_be_right_both_loaded_and_on_disk() {
    let (right, wrong) = ("[Service]\nRestart=always\n", "[Service]\nRestart=no\n");
    for (live, disk, text, status, causes) in [
        ("always", "always", right, Status::Passed, vec![]),
        ("always", "no", wrong, Status::Failed, vec!["needs-daemon-reload"]),
        ("no", "always", right, Status::Failed, vec!["needs-daemon-reload"]),
        ("no", "no", wrong, Status::Failed, vec![]),
        ("no", "on-failure", "[Service]\nRestart=on-failure\n", Status::Failed, vec!["needs-daemon-reload"]),
    ] {
        let report = restart(live, Some(disk), text);
        assert_eq!((report.status, summary(&report).2), (status, causes.clone()), "{live}/{disk}: {}", report.observed);
        // Without a twin, unitlab reads the files itself, and says so.
        let report = restart(live, None, text);
        assert_eq!(report.status, status, "{live}/{disk} without a twin");
        assert_eq!(report.observed.contains("own reading"), (live, disk) == ("always", "no"), "{}", report.observed);
    }
}

#[test]
fn a_removed_line_needs_a_reload() {
    let report = restart("always", None, "[Service]\nUser=www\n");
    assert_eq!(summary(&report).2, ["needs-daemon-reload"]);
}

#[test]
fn a_drop_in_in_run_is_gone_after_a_reboot() {
    let mut files = fragment("[Service]\nUser=www\n");
    let path = "/run/systemd/system/sre-app.service.d/50-x.conf";
    files.files.push(text_file(path, Role::DropIn, "[Service]\nRestart=always\n"));
    let observations =
        ObservationsBuilder::default().loaded(service(&[("Restart", "always")])).files(files).twin_loaded(service(&[]));
    let report = judged(always(), observations);
    assert_eq!((report.status, summary(&report).2), (Status::Failed, vec!["runtime-only"]));
}

fn three_seconds() -> Kind {
    let span = Value::Span(TimeSpan::from_micros(3_000_000));
    Kind::Setting { name: "RestartSec".into(), expect: Expect::Is(span) }
}

fn wait(loaded: &str, line: &str) -> CheckReport {
    let unit = || service(&[("RestartUSec", loaded)]);
    let text = format!("[Service]\nRestartSec={line}\n");
    judged(three_seconds(), ObservationsBuilder::default().loaded(unit()).files(fragment(&text)).twin_loaded(unit()))
}

#[test]
fn truth_15_time_spans_are_compared_by_value() {
    for line in ["3", "3s", "3000ms", "2s 1000ms"] {
        assert_eq!(wait("3s", line).status, Status::Passed, "{line}");
    }
    for (loaded, line, causes) in [
        ("500ms", "0.5", vec![]),
        ("5min", "5m", vec![]),
        ("5month", "5M", vec!["months-not-minutes"]),
        ("100ms", "-1", vec!["bad-value"]),
        ("100ms", "3 # three", vec!["inline-comment"]),
        ("infinity", "infinity", vec![]),
    ] {
        let report = wait(loaded, line);
        assert_eq!((report.status, summary(&report).2), (Status::Failed, causes), "{line}");
        assert_eq!(report.observed, format!("RestartSec={loaded}"));
        assert_eq!(report.evidence[1].source, "systemctl show sre-app.service -p RestartUSec");
    }
}

/// There is a new drop-in, but `NeedDaemonReload` is `no`.
#[test]
fn truth_32_a_drop_in_is_detected_without_need_daemon_reload() {
    let mut files = fragment("[Service]\nRestartSec=3\n");
    let path = "/etc/systemd/system/sre-app.service.d/slow.conf";
    files.files.push(text_file(path, Role::DropIn, "[Service]\nRestartSec=30\n"));
    let live = || service(&[("RestartUSec", "3s")]);
    let observations = || ObservationsBuilder::default().loaded(live()).files(files.clone());
    let with_twin = judged(three_seconds(), observations().twin_loaded(service(&[("RestartUSec", "30s")])));
    assert_eq!(
        summary(&with_twin),
        (
            Status::Failed,
            "RestartSec=3s is loaded, but a fresh boot loads RestartSec=30s",
            vec!["needs-daemon-reload", "overridden-by-drop-in"]
        )
    );
    let without_twin = judged(three_seconds(), observations());
    assert_eq!(
        without_twin.observed,
        "RestartSec=3s is loaded, but by unitlab's own reading, the files say RestartSec=30"
    );
}

/// Two managers may print the same list in different order.
#[test]
fn a_list_in_another_order_is_not_stale() {
    let expect = Expect::Includes(vec!["network.target".into()]);
    let after = |units: &str| service(&[("After", units)]);
    let observations =
        ObservationsBuilder::default().loaded(after("basic.target a.slice")).files(fragment("[Service]\n"));
    let kind = Kind::Setting { name: "After".into(), expect };
    let report = judged(kind, observations.twin_loaded(after("a.slice basic.target")));
    assert_eq!(summary(&report), (Status::Failed, "After=basic.target a.slice", vec![]));
}

#[test]
fn lists_and_commands_are_compared_with_the_files() {
    let exec = "{ path=/bin/a ; argv[]=/bin/a -v x ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }";
    let unit: UnitFact =
        service(&[("After", "basic.target network.target"), ("ExecStart", exec), ("NeedDaemonReload", "yes")]);
    let text = "[Unit]\nAfter=network.target\n[Service]\nExecStart=-/bin/a  -v x\n";
    for (name, expect) in [
        ("After", Expect::Includes(vec!["network.target".into()])),
        ("ExecStart", Expect::Is(Value::Text("/bin/a -v x".into()))),
    ] {
        let kind = Kind::Setting { name: name.into(), expect };
        let report = judged(kind, ObservationsBuilder::default().loaded(unit.clone()).files(fragment(text)));
        assert_eq!(report.status, Status::Passed, "{name}: {}", report.observed);
    }
}
