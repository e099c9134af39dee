//! Verdicts about `comes-back` and `survives-reboot`: truths 13–15, 18, 20, 22–24, 26 and 27.

use super::verdicts::{judged, summary};
use crate::engine::testbed::{ObservationsBuilder, UNIT, fragment, service};
use crate::model::{
    BootFact, BootQuestion, CheckReport, KillFact, KillOutcome, Kind, Sample, StabilityFact, StabilityQuestion,
    StartLimit, Status, TimeSpan, TrialMachine, UnitFact, Unknown,
};

fn sample(state: &str, pid: u32, restarts: u64, up_ms: u64) -> Sample {
    let (active, sub) = state.split_once('/').expect("a state and its sub-state");
    let invocation = format!("{pid}");
    Sample { active: active.into(), sub: sub.into(), main_pid: pid, invocation, restarts, up_ms }
}

/// A service with this policy and delay, whose main process was killed as pid 7.
fn kill(restart: &str, delay: &str, outcome: KillOutcome) -> KillFact {
    KillFact {
        before: sample("active/running", 7, 0, 900),
        started_first: false,
        restart: restart.into(),
        delay_us: TimeSpan::parse(delay).expect("a span").as_micros(),
        limit: StartLimit { burst: 5, interval_us: 10_000_000, spent: 1 },
        outcome,
    }
}

fn back(after_ms: u64) -> KillOutcome {
    KillOutcome::Back { after: sample("active/running", 9, 1, 510), after_ms }
}

/// Failed, in the invocation with this pid.
fn gave_up(pid: u32, restarts: u64) -> KillOutcome {
    let after = Sample { main_pid: 0, ..sample("failed/failed", pid, restarts, 0) };
    KillOutcome::GaveUp { after, result: "signal".into() }
}

fn waiting(state: &str, restarts: u64, waited_ms: u64) -> KillOutcome {
    KillOutcome::Waiting { after: Sample { main_pid: 0, ..sample(state, 7, restarts, 0) }, waited_ms }
}

fn comes_back() -> Kind {
    Kind::ComesBack { within: TimeSpan::from_micros(5_000_000), again: false }
}

fn killed(restart: &str, text: &str, fact: KillFact) -> CheckReport {
    let unit = || service(&[("Restart", restart), ("ActiveState", "active")]);
    let observations = ObservationsBuilder::default().loaded(unit()).files(fragment(text)).twin_loaded(unit());
    judged(comes_back(), observations.killed(TrialMachine::Twin, Ok(fact)))
}

#[test]
fn truths_13_to_15_18_20_and_22_a_kill_shows_whether_a_service_comes_back() {
    let always = "[Service]\nRestart=always\n";
    #[rustfmt::skip]
    let table = [
        ("13", "always", always, "3s", back(3_100), Status::Passed, vec![]),
        ("14", "no", "[Service]\nRestartForceExitStatus=SIGKILL\n", "100ms", back(120), Status::Passed, vec![]),
        ("13", "no", "[Service]\nExecStart=/bin/a\n", "100ms", gave_up(7, 0), Status::Failed, vec!["no-auto-restart"]),
        ("13", "on-success", "[Service]\nRestart=on-success\n", "100ms", gave_up(7, 0), Status::Failed, vec!["no-auto-restart"]),
        ("11", "no", "[Unit]\nRestart=always\n", "100ms", gave_up(7, 0), Status::Failed, vec!["wrong-section", "no-auto-restart"]),
        ("18", "always", always, "100ms", gave_up(7, 1), Status::Failed, vec!["start-limit-hit"]),
        ("22", "always", always, "100ms", gave_up(9, 5), Status::Failed, vec!["crash-loop"]),
        ("20", "always", always, "100ms", waiting("activating/auto-restart", 8, 5_100), Status::Failed, vec!["crash-loop"]),
        ("15", "always", always, "infinity", waiting("activating/auto-restart", 0, 30), Status::Failed, vec!["restart-never"]),
        ("15", "always", always, "1h", waiting("activating/auto-restart", 0, 30), Status::Unknown, vec!["could-not-tell"]),
        ("15", "always", always, "18s", waiting("activating/start", 1, 20_000), Status::Unknown, vec!["could-not-tell"]),
        ("slow", "always", always, "100ms", waiting("activating/start-pre", 1, 5_100), Status::Failed, vec![]),
        ("slow", "always", always, "100ms", back(5_300), Status::Failed, vec![]),
    ];
    for (truth, restart, text, delay, outcome, status, causes) in table {
        let report = killed(restart, text, kill(restart, delay, outcome.clone()));
        assert_eq!((report.status, summary(&report).2), (status, causes), "{truth}: {outcome:?}: {}", report.observed);
    }
}

#[test]
fn a_start_limit_matters_only_if_the_service_must_come_back_every_time() {
    let limit = |burst, interval| {
        service(&[
            ("Restart", "always"),
            ("RestartUSec", "3s"),
            ("StartLimitBurst", burst),
            ("StartLimitIntervalUSec", interval),
        ])
    };
    let loose = || limit("5", "10s");
    let tight = || limit("2", "1h");
    let again = || Kind::ComesBack { within: TimeSpan::from_micros(5_000_000), again: true };
    #[rustfmt::skip]
    let table = [
        (loose(), Some(loose()), again(), Status::Passed, vec![]),
        (limit("2", "0"), None, again(), Status::Passed, vec![]),
        (tight(), Some(tight()), comes_back(), Status::Passed, vec![]),
        (tight(), Some(tight()), again(), Status::Failed, vec!["start-limit-too-tight"]),
        (tight(), None, again(), Status::Failed, vec!["start-limit-too-tight"]),
        // The limit is on disk but not loaded, or loaded but not on disk.
        (loose(), Some(tight()), again(), Status::Failed, vec!["start-limit-too-tight"]),
        (tight(), Some(loose()), again(), Status::Failed, vec!["needs-daemon-reload", "start-limit-too-tight"]),
    ];
    for (loaded, disk, kind, status, causes) in table {
        let observations = ObservationsBuilder::default()
            .loaded(loaded)
            .killed(TrialMachine::Twin, Ok(kill("always", "3s", back(3_100))));
        let observations = disk.into_iter().fold(observations, ObservationsBuilder::twin_loaded);
        let report = judged(kind, observations);
        assert_eq!((report.status, summary(&report).2), (status, causes), "{}", report.observed);
    }
}

#[test]
fn the_report_of_a_service_that_came_back_has_pids_and_times() {
    let report = killed("always", "", KillFact { started_first: true, ..kill("always", "3s", back(3_100)) });
    assert_eq!(
        report.observed,
        "started for this trial; killed, and back after 3s 100ms: active (running), main pid 7 then 9"
    );
    let live: Vec<&str> = report.evidence.iter().map(|evidence| evidence.text.as_str()).collect();
    assert!(
        live.contains(
            &"on a freshly booted copy: started for this trial, then active (running), MainPID=7, NRestarts=0"
        ),
        "{live:?}"
    );
    assert!(live.contains(&"SIGKILL to pid 7; 3s 100ms later active (running), MainPID=9, NRestarts=1"), "{live:?}");
}

/// Only the twin has read the files, so the learner's manager would not restart the service.
#[test]
fn settings_that_are_not_loaded_do_not_restart_a_service() {
    let (loaded, disk) = (service(&[("Restart", "no")]), service(&[("Restart", "always")]));
    let observations = ObservationsBuilder::default().loaded(loaded.clone()).twin_loaded(disk.clone());
    let report = judged(comes_back(), observations.killed(TrialMachine::Twin, Ok(kill("always", "100ms", back(120)))));
    assert_eq!(
        (report.status, summary(&report).2),
        (Status::Failed, vec!["needs-daemon-reload"]),
        "{}",
        report.observed
    );
    let observations = ObservationsBuilder::default().loaded(disk).twin_loaded(loaded);
    let report = judged(comes_back(), observations.killed(TrialMachine::Twin, Ok(kill("no", "100ms", gave_up(7, 0)))));
    assert_eq!((report.status, summary(&report).2), (Status::Failed, vec!["needs-daemon-reload", "no-auto-restart"]));
}

#[test]
fn without_a_main_process_there_is_nothing_to_kill() {
    let exited = || Sample { main_pid: 0, ..sample("active/exited", 7, 0, 900) };
    let running = || Sample { main_pid: 0, ..sample("active/running", 7, 0, 900) };
    let down = || Sample { main_pid: 0, ..sample("failed/failed", 7, 0, 0) };
    let not_up = || KillOutcome::NotUp {
        unit: service(&[("ActiveState", "failed"), ("ExecMainCode", "1"), ("ExecMainStatus", "203")]),
    };
    #[rustfmt::skip]
    let table = [
        ("active", TrialMachine::Twin, exited(), KillOutcome::NoMainProcess, Status::Failed),
        ("active", TrialMachine::Twin, running(), KillOutcome::NoMainProcess, Status::Unknown),
        ("inactive", TrialMachine::Twin, down(), not_up(), Status::Failed),
        // It runs on the learner's machine, so a failed start on the twin does not count.
        ("active", TrialMachine::Twin, down(), not_up(), Status::Unknown),
        ("failed", TrialMachine::Live, down(), not_up(), Status::Failed),
    ];
    for (live, on, before, outcome, status) in table {
        let observations =
            ObservationsBuilder::default().loaded(service(&[("ActiveState", live)])).twin_loaded(service(&[]));
        let fact = KillFact { before, ..kill("always", "100ms", outcome) };
        let report = judged(comes_back(), observations.killed(on, Ok(fact)));
        assert_eq!(report.status, status, "{live} {on:?}: {}", report.observed);
    }
}

fn survives() -> Kind {
    Kind::SurvivesReboot { hold: TimeSpan::from_micros(2_000_000) }
}

#[test]
fn trials_without_a_request_are_not_run_and_impossible_trials_are_unknown() {
    for kind in [comes_back(), survives()] {
        let report = judged(kind.clone(), ObservationsBuilder::default().loaded(service(&[])));
        assert_eq!(report.status, Status::NotRun, "{}", report.observed);
        let report = judged(kind, ObservationsBuilder::default().loaded(service(&[])).twin_impossible());
        assert_eq!(summary(&report), (Status::Unknown, "no room for a copy", vec!["could-not-tell"]));
    }
    let refused = Unknown { reason: "it was not killed".into(), remedy: None };
    let report = judged(comes_back(), ObservationsBuilder::default().killed(TrialMachine::Live, Err(refused)));
    assert_eq!(summary(&report), (Status::Unknown, "it was not killed", vec![]));
    // On a machine that unitlab cannot reboot, a kill does not answer survives-reboot.
    let observations = ObservationsBuilder::default()
        .loaded(service(&[]))
        .killed(TrialMachine::Live, Ok(kill("no", "100ms", back(100))));
    assert_eq!(judged(survives(), observations).status, Status::NotRun);
}

fn booted(before: Sample, after: Sample, unit: UnitFact, boot: BootFact) -> CheckReport {
    let stability = StabilityFact { before, after, watched_ms: 1_500 };
    let observations = ObservationsBuilder::default()
        .loaded(service(&[]))
        .files(fragment("[Service]\nExecStart=/bin/a\n[Install]\nWantedBy=multi-user.target\n"));
    judged(
        survives(),
        observations
            .twin_loaded(unit)
            .twin(&BootQuestion { unit: UNIT.into() }, boot)
            .twin(&StabilityQuestion { unit: UNIT.into(), window_ms: 2_000 }, stability),
    )
}

#[test]
fn what_a_reboot_shows() {
    let pulled = |state: &str| BootFact {
        default_target: "multi-user.target".into(),
        chain: vec!["multi-user.target".into(), UNIT.into()],
        unit_file_state: state.into(),
        ..BootFact::default()
    };
    let alone = |state: &str| BootFact { chain: vec![], ..pulled(state) };
    let cycle = || BootFact { cycle: vec![UNIT.into(), "b.service".into()], ..pulled("enabled") };
    let up = |pid, restarts, ms| sample("active/running", pid, restarts, ms);
    let down = |state| Sample { main_pid: 0, ..sample(state, 0, 0, 0) };
    let unit = |active, sub| service(&[("ActiveState", active), ("SubState", sub)]);
    let running = || unit("active", "running");
    let not_met = || service(&[("ConditionResult", "no"), ("ConditionTimestampMonotonic", "5")]);
    let died = || {
        service(&[("ActiveState", "failed"), ("SubState", "failed"), ("ExecMainCode", "1"), ("ExecMainStatus", "1")])
    };
    #[rustfmt::skip]
    let table = [
        ("up", up(7, 0, 500), up(7, 0, 2_000), running(), pulled("enabled"), Status::Passed, vec![]),
        ("up since long", up(7, 0, 2_100), up(7, 0, 2_100), running(), pulled("enabled"), Status::Passed, vec![]),
        ("crashed once, then steady", up(7, 1, 2_100), up(7, 1, 2_100), running(), pulled("enabled"), Status::Passed, vec![]),
        ("pulled in by a socket", up(7, 0, 2_100), up(7, 0, 2_100), running(), alone("static"), Status::Passed, vec![]),
        ("oneshot", sample("active/exited", 0, 0, 2_100), sample("active/exited", 0, 0, 2_100), unit("active", "exited"), pulled("enabled"), Status::Passed, vec![]),
        ("came up late, and stayed", down("activating/start-pre"), up(7, 0, 2_000), running(), pulled("enabled"), Status::Passed, vec![]),
        ("came up late", down("activating/start-pre"), up(7, 0, 900), running(), pulled("enabled"), Status::Unknown, vec!["could-not-tell"]),
        ("still starting", down("activating/start-pre"), down("activating/start-pre"), unit("activating", "start-pre"), pulled("enabled"), Status::Unknown, vec!["could-not-tell"]),
        ("starting after a death", down("activating/start"), Sample { restarts: 1, ..down("activating/start") }, unit("activating", "start"), pulled("enabled"), Status::Failed, vec!["crash-loop"]),
        ("not enabled", down("inactive/dead"), down("inactive/dead"), unit("inactive", "dead"), alone("disabled"), Status::Failed, vec!["not-enabled"]),
        ("masked", down("inactive/dead"), down("inactive/dead"), service(&[("LoadState", "masked")]), alone("masked"), Status::Failed, vec!["masked"]),
        ("condition", down("inactive/dead"), down("inactive/dead"), not_met(), pulled("enabled"), Status::Failed, vec!["condition-not-met"]),
        ("in a cycle", down("inactive/dead"), down("inactive/dead"), unit("inactive", "dead"), cycle(), Status::Failed, vec!["ordering-cycle"]),
        ("left down", down("inactive/dead"), down("inactive/dead"), unit("inactive", "dead"), pulled("enabled"), Status::Failed, vec!["boot-leaves-it-down"]),
        ("dies after a second", up(7, 0, 500), down("failed/failed"), died(), pulled("enabled"), Status::Failed, vec![]),
        ("replaced", up(7, 0, 500), up(9, 1, 20), running(), pulled("enabled"), Status::Failed, vec!["crash-loop"]),
    ];
    for (what, before, after, unit, boot, status, causes) in table {
        let report = booted(before, after, unit, boot);
        assert_eq!((report.status, summary(&report).2), (status, causes), "{what}: {}", report.observed);
    }
}
