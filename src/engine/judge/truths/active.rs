//! Verdicts about `active` (truths 19–24) and `http` (truth 37).

use super::verdicts::{judged, summary};
use crate::engine::testbed::{ObservationsBuilder, UNIT, fragment, service};
use crate::model::{
    CheckReport, HttpFact, HttpOutcome, HttpQuestion, Kind, PortOwner, Sample, StabilityFact, StabilityQuestion,
    Status, TimeSpan,
};

const EXEC: &str = "[Service]\nExecStart=/opt/nope -x\nWorkingDirectory=/srv/none\n";

fn sample(active: &str, sub: &str, main_pid: u32, invocation: &str, restarts: u64) -> Sample {
    let up_ms = if active == "active" { 400 } else { 0 };
    Sample { active: active.into(), sub: sub.into(), main_pid, invocation: invocation.into(), restarts, up_ms }
}

fn active(running: bool, properties: &[(&str, &str)], before: Sample, after: Sample) -> CheckReport {
    let fact = StabilityFact { before, after, watched_ms: 3_000 };
    let observations = ObservationsBuilder::default()
        .loaded(service(properties))
        .files(fragment(EXEC))
        .live(&StabilityQuestion { unit: UNIT.into(), window_ms: 3_000 }, fact);
    judged(Kind::Active { running, hold: TimeSpan::from_micros(3_000_000) }, observations)
}

fn unchanged(running: bool, properties: &[(&str, &str)], sample: &Sample) -> CheckReport {
    active(running, properties, sample.clone(), sample.clone())
}

const UP: [(&str, &str); 3] = [("ActiveState", "active"), ("SubState", "running"), ("MainPID", "7")];

#[test]
fn a_stable_service_is_active() {
    assert_eq!(
        summary(&unchanged(true, &UP, &sample("active", "running", 7, "a", 0))),
        (Status::Passed, "active (running)", vec![])
    );
    // It was restarted earlier, not between the samples.
    assert_eq!(unchanged(true, &UP, &sample("active", "running", 7, "a", 3)).status, Status::Passed);
    // It reloads its configuration, and its main process stays.
    assert_eq!(unchanged(true, &UP, &sample("reloading", "reload", 7, "a", 0)).status, Status::Passed);
}

#[test]
fn truth_19_a_crash_loop_ends_with_either_of_two_results() {
    for (result, status) in [("exit-code", "1"), ("start-limit-hit", "0")] {
        let properties = [
            ("ActiveState", "failed"),
            ("SubState", "failed"),
            ("Result", result),
            ("NRestarts", "5"),
            ("ExecMainCode", "1"),
            ("ExecMainStatus", status),
            ("Restart", "always"),
        ];
        let report = unchanged(true, &properties, &sample("failed", "failed", 0, "", 5));
        assert_eq!(
            (report.status, summary(&report).2),
            (Status::Failed, vec!["crash-loop", "start-limit-hit"]),
            "{result}"
        );
    }
}

#[test]
fn truth_20_one_sample_does_not_show_a_crash_loop() {
    let waiting =
        [("ActiveState", "activating"), ("SubState", "auto-restart"), ("ExecMainCode", "1"), ("ExecMainStatus", "1")];
    let report = unchanged(true, &waiting, &sample("activating", "auto-restart", 0, "a", 0));
    assert_eq!((report.status, summary(&report).2), (Status::Failed, vec!["crash-loop"]));
    let report = active(true, &UP, sample("active", "running", 7, "a", 8), sample("active", "running", 9, "b", 11));
    assert_eq!(
        summary(&report),
        (
            Status::Failed,
            "active in both samples, but restarted between them: main pid 7 then 9, NRestarts 8 then 11",
            vec!["crash-loop"]
        )
    );
}

/// A manual restart resets the counter. It is not a crash loop, but not stable either.
#[test]
fn truth_21_a_manual_restart_is_not_a_crash_loop() {
    let report = active(true, &UP, sample("active", "running", 7, "a", 2), sample("active", "running", 9, "b", 0));
    assert_eq!((report.status, summary(&report).2), (Status::Failed, vec![]));
}

/// A start within the watch window does not show whether the service is stable.
#[test]
fn truth_22_a_service_that_has_just_started_is_unknown() {
    let report = active(true, &UP, sample("activating", "start", 7, "a", 0), sample("active", "running", 7, "a", 0));
    assert_eq!(summary(&report), (Status::Unknown, "it became active only 400 ms ago", vec!["could-not-tell"]));
    let report =
        active(true, &UP, sample("activating", "auto-restart", 0, "a", 3), sample("active", "running", 9, "b", 4));
    assert_eq!((report.status, summary(&report).2), (Status::Failed, vec!["crash-loop"]));
}

#[test]
fn truth_23_active_exited_is_active_but_not_running() {
    let exited = [("ActiveState", "active"), ("SubState", "exited"), ("ExecMainCode", "1"), ("Type", "oneshot")];
    let sample = sample("active", "exited", 0, "a", 0);
    assert_eq!(unchanged(false, &exited, &sample).status, Status::Passed);
    let report = unchanged(true, &exited, &sample);
    assert_eq!(
        summary(&report),
        (Status::Failed, "active (exited): its command has exited, and no process is left", vec![])
    );
}

#[test]
fn truth_24_the_cause_of_an_inactive_service_is_named() {
    let failed = |status| {
        [
            ("ActiveState", "failed"),
            ("SubState", "failed"),
            ("Result", "exit-code"),
            ("ExecMainCode", "1"),
            ("ExecMainStatus", status),
        ]
    };
    for (status, id, part) in [
        ("203", "exec-failed", "203/EXEC, ExecStart=/opt/nope -x at /etc/systemd/system/sre-app.service:2"),
        ("200", "chdir", "200/CHDIR, WorkingDirectory=/srv/none at /etc/systemd/system/sre-app.service:3"),
        ("217", "user-unknown", "217/USER"),
    ] {
        let report = unchanged(true, &failed(status), &sample("failed", "failed", 0, "", 0));
        assert_eq!((report.status, summary(&report).2), (Status::Failed, vec![id]), "{status}");
        assert!(report.diagnosis[0].text.contains(part), "{}", report.diagnosis[0].text);
        assert!(
            report
                .observed
                .starts_with(&format!("failed (failed): its last main process exited with status {status}/"))
        );
    }
    let down = sample("inactive", "dead", 0, "", 0);
    let unmet = [("ConditionResult", "no"), ("ConditionTimestampMonotonic", "552537963")];
    assert_eq!(summary(&unchanged(true, &unmet, &down)).2, ["condition-not-met"]);
    let never = [("ConditionResult", "no"), ("ConditionTimestampMonotonic", "0")];
    assert_eq!(summary(&unchanged(true, &never, &down)).2, ["not-started"]);
    let waiting_for_ready = [("ActiveState", "activating"), ("SubState", "start"), ("Type", "notify")];
    assert_eq!(
        summary(&unchanged(true, &waiting_for_ready, &sample("activating", "start", 7, "a", 0))).2,
        ["waits-for-ready"]
    );
}

fn get(outcome: HttpOutcome, owner: PortOwner, contains: Option<&str>) -> CheckReport {
    let question = HttpQuestion { unit: UNIT.into(), port: 8000, path: "/".into() };
    let observations = ObservationsBuilder::default()
        .loaded(service(&[
            ("ActiveState", "failed"),
            ("SubState", "failed"),
            ("ExecMainCode", "1"),
            ("ExecMainStatus", "1"),
        ]))
        .files(fragment(EXEC))
        .live(&question, HttpFact { outcome, owner });
    judged(
        Kind::Http { port: 8000, path: "/".into(), status: 200, contains: contains.map(str::to_owned) },
        observations,
    )
}

#[test]
fn truth_37_an_answer_counts_only_if_the_unit_gives_it() {
    let answer = |status| HttpOutcome::Answered { status, body: "hello".into() };
    let own = || PortOwner::Unit { pid: 7 };
    let other = || PortOwner::Other { pid: 99, comm: "python3".into() };
    #[rustfmt::skip]
    let table = [
        (answer(200), own(), Some("hell"), Status::Passed, "status 200; pid 7 of sre-app.service listens", vec![]),
        (answer(200), own(), Some("heaven"), Status::Failed, "status 200, but the body does not contain \"heaven\"", vec![]),
        (answer(404), own(), None, Status::Failed, "status 404", vec![]),
        (answer(200), other(), None, Status::Failed, "status 200, from pid 99 (python3), not from sre-app.service", vec!["orphan-answers-the-port"]),
        (answer(200), PortOwner::Unknown, None, Status::Unknown, "http://127.0.0.1:8000/ answers, but the process that answers is unknown", vec!["could-not-tell"]),
        (HttpOutcome::Refused, PortOwner::NoListener, None, Status::Failed, "connection refused: no socket listens", vec![]),
        (HttpOutcome::TimedOut, own(), None, Status::Failed, "no answer in time: pid 7 of sre-app.service listens", vec![]),
    ];
    for (outcome, owner, contains, status, observed, causes) in table {
        assert_eq!(summary(&get(outcome, owner, contains)), (status, observed, causes));
    }
}

/// The service failed because another process listens on its port.
#[test]
fn a_foreign_process_on_the_port_explains_a_failed_service() {
    let down = sample("failed", "failed", 0, "", 0);
    let fact = StabilityFact { before: down.clone(), after: down, watched_ms: 0 };
    let foreign = HttpFact {
        outcome: HttpOutcome::Answered { status: 200, body: String::new() },
        owner: PortOwner::Other { pid: 99, comm: "python3".into() },
    };
    let observations = ObservationsBuilder::default()
        .loaded(service(&[
            ("ActiveState", "failed"),
            ("Result", "exit-code"),
            ("ExecMainCode", "1"),
            ("ExecMainStatus", "1"),
        ]))
        .files(fragment(EXEC))
        .live(&StabilityQuestion { unit: UNIT.into(), window_ms: 3_000 }, fact)
        .live(&HttpQuestion { unit: UNIT.into(), port: 8000, path: "/".into() }, foreign);
    let report = judged(Kind::Active { running: true, hold: TimeSpan::from_micros(3_000_000) }, observations);
    assert_eq!(summary(&report).2, ["orphan-answers-the-port"]);
}
