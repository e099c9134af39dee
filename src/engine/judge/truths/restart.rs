//! Restart= and other settings: truths 11, 12, 15, 32.

use super::verdicts::{gist, judged};
use crate::engine::testbed::{ObservationsBuilder, fragment, service, text_file};
use crate::model::{CheckReport, Expect, Kind, RestartPolicy, Role, Status, TimeSpan, UnitFact, Value};

fn always() -> Kind {
    Kind::RestartPolicy { one_of: vec![RestartPolicy::Always] }
}

fn restart(live: &str, disk: Option<&str>, text: &str) -> CheckReport {
    let observed = ObservationsBuilder::default().loaded(service(&[("Restart", live)])).files(fragment(text));
    let twin = |disk| service(&[("Restart", disk)]);
    judged(
        always(),
        match disk {
            Some(disk) => observed.twin_loaded(twin(disk)),
            None => observed,
        },
    )
}

#[test]
fn truth_11_ways_to_miss_always() {
    for (text, id) in [
        ("[Service]\nRestart=Always\n", "bad-value"),
        ("[Service]\nrestart=always\n", "unknown-key"),
        ("[Service]\nRestart=always # x\n", "inline-comment"),
        ("[Unit]\nRestart=always\n", "wrong-section"),
    ] {
        for disk in [Some("no"), None] {
            let report = restart("no", disk, text);
            assert_eq!(gist(&report), (Status::Failed, "Restart=no", vec![id]), "{text}");
            assert!(report.diagnosis[0].text.contains("sre-app.service:2"), "{}", report.diagnosis[0].text);
        }
    }
}

#[test]
fn truth_12_an_empty_restart_resets_nothing() {
    assert_eq!(restart("always", None, "[Service]\nRestart=always\nRestart=\n").status, Status::Passed);
}

#[test]
fn both_layers_must_have_it() {
    let (right, wrong) = ("[Service]\nRestart=always\n", "[Service]\nRestart=no\n");
    for (live, disk, text, status, causes) in [
        ("always", "always", right, Status::Passed, vec![]),
        ("always", "no", wrong, Status::Failed, vec!["needs-daemon-reload"]),
        ("no", "always", right, Status::Failed, vec!["needs-daemon-reload"]),
        ("no", "no", wrong, Status::Failed, vec![]),
        ("no", "on-failure", "[Service]\nRestart=on-failure\n", Status::Failed, vec!["needs-daemon-reload"]),
    ] {
        let report = restart(live, Some(disk), text);
        assert_eq!((report.status, gist(&report).2), (status, causes.clone()), "{live}/{disk}: {}", report.observed);
        // Without a twin the files speak, and the text says whose reading it is.
        let report = restart(live, None, text);
        assert_eq!(report.status, status, "{live}/{disk} without a twin");
        assert_eq!(report.observed.contains("own reading"), (live, disk) == ("always", "no"), "{}", report.observed);
    }
}

#[test]
fn a_removed_line_is_a_difference_too() {
    let report = restart("always", None, "[Service]\nUser=www\n");
    assert_eq!(gist(&report).2, ["needs-daemon-reload"]);
}

#[test]
fn what_stands_in_run_is_gone_after_a_reboot() {
    let mut files = fragment("[Service]\nUser=www\n");
    let path = "/run/systemd/system/sre-app.service.d/50-x.conf";
    files.files.push(text_file(path, Role::DropIn, "[Service]\nRestart=always\n"));
    let observed =
        ObservationsBuilder::default().loaded(service(&[("Restart", "always")])).files(files).twin_loaded(service(&[]));
    let report = judged(always(), observed);
    assert_eq!((report.status, gist(&report).2), (Status::Failed, vec!["runtime-only"]));
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
fn truth_15_time_spans_by_value() {
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
        assert_eq!((report.status, gist(&report).2), (Status::Failed, causes), "{line}");
        assert_eq!(report.observed, format!("RestartSec={loaded}"));
        assert_eq!(report.evidence[1].source, "systemctl show sre-app.service -p RestartUSec");
    }
}

/// Truth 32: the manager may not know that it is behind. A new drop-in is there, and `NeedDaemonReload` says no.
#[test]
fn truth_32_a_drop_in_that_nobody_announced() {
    let mut files = fragment("[Service]\nRestartSec=3\n");
    let path = "/etc/systemd/system/sre-app.service.d/slow.conf";
    files.files.push(text_file(path, Role::DropIn, "[Service]\nRestartSec=30\n"));
    let live = || service(&[("RestartUSec", "3s")]);
    let observed = || ObservationsBuilder::default().loaded(live()).files(files.clone());
    let with_twin = judged(three_seconds(), observed().twin_loaded(service(&[("RestartUSec", "30s")])));
    assert_eq!(
        gist(&with_twin),
        (
            Status::Failed,
            "RestartSec=3s is loaded, but a fresh boot loads RestartSec=30s",
            vec!["needs-daemon-reload", "overridden-by-drop-in"]
        )
    );
    let alone = judged(three_seconds(), observed());
    assert_eq!(alone.observed, "RestartSec=3s is loaded, but by unitlab's own reading, the files say RestartSec=30");
}

/// Each manager prints a list in an order of its own: that is no stale load.
#[test]
fn a_list_in_another_order_is_not_stale() {
    let expect = Expect::Includes(vec!["network.target".into()]);
    let after = |units: &str| service(&[("After", units)]);
    let observed = ObservationsBuilder::default().loaded(after("basic.target a.slice")).files(fragment("[Service]\n"));
    let kind = Kind::Setting { name: "After".into(), expect };
    let report = judged(kind, observed.twin_loaded(after("a.slice basic.target")));
    assert_eq!(gist(&report), (Status::Failed, "After=basic.target a.slice", vec![]));
}

#[test]
fn lists_and_commands() {
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
