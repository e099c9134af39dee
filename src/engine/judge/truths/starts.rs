//! The diagnosis of starts that time out, are dropped, or lack something that a login shell provides. The sources are the
//! loaded properties and the messages of each systemd version.

use super::verdicts::judged;
use crate::engine::testbed::{ObservationsBuilder, UNIT, fragment, service};
use crate::model::{
    Cause, CheckReport, FailureFact, Kind, MissingFromEnvironment, Sample, StabilityFact, StabilityQuestion, TimeSpan,
};

const UNIT_FILE: &str = "[Unit]\nAfter=b.service\nConditionPathExists=/srv/x\n[Service]\nExecStart=/opt/app/serve.sh\n";

fn down(state: &str, properties: &[(&str, &str)], fact: FailureFact) -> CheckReport {
    let (active, sub) = state.split_once('/').unwrap();
    let sample = Sample { active: active.into(), sub: sub.into(), ..Sample::default() };
    let stability = StabilityFact { before: sample.clone(), after: sample, watched_ms: 3_000 };
    let mut all = vec![("ActiveState", active), ("SubState", sub), ("TimeoutStartUSec", "5s")];
    all.extend(properties);
    let observations = ObservationsBuilder::default()
        .loaded(service(&all))
        .files(fragment(UNIT_FILE))
        .live(&StabilityQuestion { unit: UNIT.into(), window_ms: 3_000 }, stability)
        .failure(fact);
    judged(Kind::Active { running: true, hold: TimeSpan::from_micros(3_000_000) }, observations)
}

fn manager_says(lines: &[&str]) -> FailureFact {
    FailureFact { manager_messages: lines.iter().map(|line| (*line).to_owned()).collect(), ..FailureFact::default() }
}

fn diagnosis(report: &CheckReport) -> (Vec<&str>, &str) {
    let ids = report.diagnosis.iter().map(|cause| cause.cause.id()).collect();
    (ids, report.diagnosis.first().map_or("", |cause| &cause.text))
}

const LATE: &str = "sre-app.service: start operation timed out. Terminating.";

#[test]
fn a_program_that_never_sends_ready_is_diagnosed() {
    let refused =
        "sre-app.service: Got notification message from PID 110, but reception only permitted for main PID 109";
    let notify = ("Type", "notify");
    let timeout = ("Result", "timeout");
    let killed = [("ExecMainCode", "2"), ("ExecMainStatus", "15")];
    #[rustfmt::skip]
    let table = [
        ("activating/start", vec![notify], vec![], vec!["waits-for-ready"], "has not sent READY=1 yet"),
        ("activating/start", vec![notify], vec![LATE], vec!["notify-never-ready"], "did not send READY=1 within 5s"),
        ("failed/failed", vec![notify, timeout, killed[0], killed[1]], vec![LATE], vec!["notify-never-ready"], "so systemd stopped it."),
        ("activating/auto-restart", vec![notify, timeout], vec![LATE], vec!["notify-never-ready", "crash-loop"], "READY=1"),
        ("failed/failed", vec![notify, timeout, ("NotifyAccess", "main")], vec![refused, LATE], vec!["notify-never-ready"], "With NotifyAccess=main, systemd ignored a message from a process"),
        ("failed/failed", vec![notify, timeout, ("NotifyAccess", "all")], vec![refused, LATE], vec!["notify-never-ready"], "so systemd stopped it."),
        ("failed/failed", vec![notify, ("Result", "protocol")], vec![], vec!["notify-never-ready"], "exited before it sent"),
        // Other timeouts have the same result, and other types do not wait for READY=1.
        ("failed/failed", vec![notify, timeout], vec!["sre-app.service: start-pre operation timed out. Terminating."], vec![], ""),
        ("failed/failed", vec![notify, ("Result", "exit-code")], vec![LATE], vec![], ""),
        ("failed/failed", vec![("Type", "exec"), timeout], vec![LATE], vec![], ""),
    ];
    for (state, properties, manager, ids, part) in table {
        let report = down(state, &properties, manager_says(&manager));
        assert_eq!(diagnosis(&report).0, ids, "{state} {properties:?} {manager:?}");
        assert!(diagnosis(&report).1.contains(part), "{}", diagnosis(&report).1);
    }
}

#[test]
fn a_forking_service_that_does_not_fork_or_writes_no_pid_is_diagnosed() {
    let ran = |code: &str| {
        format!("{{ path=/x ; argv[]=/x ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=7 ; {code} }}")
    };
    let (killed, left) = (ran("code=killed ; status=15"), ran("code=exited ; status=0"));
    let (forking, timeout, file) = (("Type", "forking"), ("Result", "timeout"), ("PIDFile", "/run/x.pid"));
    let unwritten = "sre-app.service: Can't open PID file '/run/x.pid' (yet?) after start: No such file or directory";
    let unknown = "sre-app.service: New main PID 999999 does not exist or is a zombie.";
    #[rustfmt::skip]
    let table = [
        ("activating/start", vec![forking, ("ControlPID", "7")], vec![], "stays in the foreground"),
        ("failed/failed", vec![forking, timeout], vec![LATE], "stayed in the foreground, so systemd stopped it after 5s"),
        ("failed/failed", vec![forking, timeout, file, ("ExecStart", killed.as_str())], vec![LATE], "stayed in the foreground"),
        ("activating/start", vec![forking, file], vec![unwritten], "did not write that file"),
        ("failed/failed", vec![forking, timeout, file, ("ExecStart", left.as_str())], vec![unwritten, LATE], "did not write that file"),
        ("failed/failed", vec![forking, timeout, file, ("ExecStart", left.as_str())], vec![unknown, LATE], "wrote a PID into it that does not belong to the service"),
        // The exit status of the command is unknown, or the timeout is another one.
        ("failed/failed", vec![forking, timeout, file], vec![LATE], ""),
        ("failed/failed", vec![forking, timeout], vec![], ""),
        ("activating/start", vec![forking], vec![], ""),
    ];
    for (state, properties, manager, part) in table {
        let report = down(state, &properties, manager_says(&manager));
        let ids = if part.is_empty() { vec![] } else { vec!["forking-without-pidfile"] };
        assert_eq!(diagnosis(&report).0, ids, "{state} {properties:?} {manager:?}");
        assert!(diagnosis(&report).1.contains(part), "{}", diagnosis(&report).1);
    }
}

#[test]
fn conditions_and_cycles_are_read_from_the_messages_of_each_version() {
    let old = "sre-app.service: Found ordering cycle on b.service/start";
    let new = "b.service: Found ordering cycle: sre-app.service/start after b.service/start - after sre-app.service";
    let dropped = "b.service: Job sre-app.service/start deleted to break ordering cycle starting with b.service/start";
    #[rustfmt::skip]
    let table = [
        (vec!["The app was skipped because of an unmet condition check (ConditionPathExists=/srv/x)."], "condition-not-met", "ConditionPathExists=/srv/x at /etc/systemd/system/sre-app.service:3"),
        (vec!["sre-app.service skipped, unmet condition check ConditionPathExists=/srv/x"], "condition-not-met", "ConditionPathExists=/srv/x at"),
        (vec!["sre-app.service: Starting requested but asserts failed."], "not-started", ""),
        (vec![old, dropped], "ordering-cycle", "dropped the start of sre-app.service to break an ordering cycle with b.service."),
        (vec![new, dropped], "ordering-cycle", "dropped the start of sre-app.service to break an ordering cycle with b.service."),
        (vec![old, "sre-app.service: Unable to break cycle starting with sre-app.service/start"], "ordering-cycle", "could not break an ordering cycle"),
        // systemd dropped another unit.
        (vec![old, "b.service: Job b.service/start deleted to break ordering cycle starting with b.service/start"], "not-started", ""),
        (vec![], "not-started", ""),
    ];
    for (manager, id, part) in table {
        let report = down("inactive/dead", &[], manager_says(&manager));
        assert_eq!(diagnosis(&report).0, [id], "{manager:?}");
        assert!(diagnosis(&report).1.contains(part), "{}", diagnosis(&report).1);
    }
    let report = down("inactive/dead", &[], manager_says(&[new, dropped]));
    assert!(report.diagnosis[0].next.starts_with("remove After=b.service at /etc/systemd/system/sre-app.service:2"));
}

#[test]
fn a_missing_command_or_variable_is_named_with_its_fix() {
    let command = |path: &str, elsewhere: Option<&str>| MissingFromEnvironment::Command {
        name: "jq".into(),
        path: path.into(),
        elsewhere: elsewhere.map(str::to_owned),
    };
    let variable = |name: &str| MissingFromEnvironment::Variable { name: name.into() };
    for (missing, part, next) in [
        (command("", None), "it is in no directory of the default PATH of services.", "command -v jq"),
        (
            command("/opt/x", Some("/opt/y/bin/jq")),
            "its PATH (/opt/x). It is installed as /opt/y/bin/jq.",
            "use the full path /opt/y/bin/jq",
        ),
        (variable("HOME"), "needs the variable HOME", "User= under [Service] sets it"),
        (variable("STATE_DIRECTORY"), "needs the variable STATE_DIRECTORY", "StateDirectory=NAME"),
        (variable("TOKEN"), "needs the variable TOKEN", "Environment=TOKEN=…"),
    ] {
        let fact = FailureFact { missing: vec![missing], ..FailureFact::default() };
        let exited = [("Result", "exit-code"), ("ExecMainCode", "1"), ("ExecMainStatus", "127"), ("NRestarts", "5")];
        let properties = [&[("Restart", "always")][..], &exited].concat();
        let report = down("failed/failed", &properties, fact);
        assert_eq!(diagnosis(&report).0, ["environment-assumed", "crash-loop", "start-limit-hit"]);
        assert!(report.diagnosis.iter().skip(1).all(|cause| cause.follows == Some(Cause::EnvironmentAssumed)));
        assert!(diagnosis(&report).1.contains(part), "{}", diagnosis(&report).1);
        assert!(report.diagnosis[0].next.starts_with(next), "{}", report.diagnosis[0].next);
    }
}
