//! Verdicts about `runs-as`: truths 1–10.

use super::verdicts::{judged, summary};
use crate::engine::testbed::{ObservationsBuilder, UNIT, exec, fragment, process, service, text_file};
use crate::model::{CheckReport, Kind, Process, ProcessesFact, ProcessesQuestion, Role, Status, UnitFact};

const RUNNING: [(&str, &str); 3] = [("ActiveState", "active"), ("SubState", "running"), ("MainPID", "214")];

fn running(changes: &[(&str, &str)]) -> UnitFact {
    service(&[&RUNNING[..], changes].concat())
}

fn unit_text(user: &str) -> String {
    format!("[Service]\n{user}ExecStart=/usr/bin/python3 -m http.server 8000\n")
}

fn runs_as(live: UnitFact, text: &str, processes: &[Process], twin: Option<(UnitFact, &[Process])>) -> CheckReport {
    let mut observations = ObservationsBuilder::default().loaded(live).files(fragment(text)).processes(processes);
    if let Some((unit, processes)) = twin {
        let processes = ProcessesFact { processes: processes.to_vec(), ..ProcessesFact::default() };
        observations = observations.twin_loaded(unit).twin(&ProcessesQuestion { unit: UNIT.into() }, processes);
    }
    judged(Kind::RunsAs { root: false }, observations)
}

/// The twin has the same properties and processes.
fn same_on_twin(properties: &[(&str, &str)], text: &str, processes: &[Process]) -> CheckReport {
    runs_as(running(properties), text, processes, Some((running(properties), processes)))
}

/// The truth, properties, file, processes; then status and causes.
type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], String, Vec<Process>, Status, &'a [&'a str]);

#[test]
fn truths_1_to_5_and_8_the_uid_decides() {
    let root = || vec![process(214, 0, "root", true)];
    let nobody = || vec![process(214, 65_534, "nobody", true)];
    let dynamic = || vec![process(214, 63_685, "", true)];
    let (plus, bang) = (exec("privileged"), exec("no-setuid"));
    let (ambient, ignoring) = (exec("ambient"), exec("ignore-failure"));
    #[rustfmt::skip]
    let table: [Row; 12] = [
        ("1 User=0",        &[("User", "0"), ("UID", "0")],              unit_text("User=0\n"),      root(),   Status::Failed, &["runs-as-root"]),
        ("1 User=root",     &[("User", "root"), ("UID", "0")],           unit_text("User=root\n"),   root(),   Status::Failed, &["runs-as-root"]),
        ("1 toor",          &[("User", "toor"), ("UID", "0")],           unit_text("User=toor\n"),   root(),   Status::Failed, &["runs-as-root"]),
        ("3 +",             &[("User", "nobody"), ("UID", "65534"), ("ExecStartEx", &plus)], unit_text("User=nobody\n"), root(), Status::Failed, &["runs-as-root"]),
        ("3 !",             &[("User", "nobody"), ("UID", "65534"), ("ExecStartEx", &bang)], unit_text("User=nobody\n"), root(), Status::Failed, &["runs-as-root"]),
        ("3 !! is not !",   &[("User", "nobody"), ("UID", "65534"), ("ExecStartEx", &ambient)], unit_text("User=nobody\n"), nobody(), Status::Passed, &[]),
        ("3 - is not +",    &[("User", "nobody"), ("UID", "65534"), ("ExecStartEx", &ignoring)], unit_text("User=nobody\n"), nobody(), Status::Passed, &[]),
        ("4 dynamic",       &[("User", "sre-app"), ("UID", "63685"), ("DynamicUser", "yes")], unit_text("DynamicUser=yes\n"), dynamic(), Status::Passed, &[]),
        ("4 dynamic root",  &[("User", "root"), ("UID", "0"), ("DynamicUser", "yes")], unit_text("DynamicUser=yes\nUser=root\n"), root(), Status::Failed, &["runs-as-root"]),
        ("5 drops it",      &[],                                         unit_text(""),              nobody(), Status::Passed, &[]),
        ("5 drops it",      &[("User", "root"), ("UID", "0")],           unit_text("User=root\n"),   nobody(), Status::Passed, &[]),
        ("8 numeric",       &[("User", "65534"), ("UID", "65534")],      unit_text("User=65534\n"),  nobody(), Status::Passed, &[]),
    ];
    for (truth, properties, text, processes, status, causes) in table {
        let report = same_on_twin(properties, &text, &processes);
        assert_eq!(
            (report.status, summary(&report).2),
            (status, causes.to_vec()),
            "truth {truth}: {}",
            report.observed
        );
    }
}

#[test]
fn truth_2_an_empty_user_in_a_drop_in_is_root() {
    let mut files = fragment(&unit_text("User=nobody\n"));
    let drop_in = "/etc/systemd/system/sre-app.service.d/x.conf";
    files.files.push(text_file(drop_in, Role::DropIn, "[Service]\nUser=\n"));
    let observations =
        ObservationsBuilder::default().loaded(running(&[])).files(files).processes(&[process(214, 0, "root", true)]);
    let report = judged(Kind::RunsAs { root: false }, observations);
    assert_eq!(
        summary(&report),
        (Status::Failed, "uid 0 (root), pid 214 python3", vec!["overridden-by-drop-in", "runs-as-root"])
    );
    assert!(report.diagnosis[0].text.contains(&format!("{drop_in}:2 says User=")), "{}", report.diagnosis[0].text);
}

#[test]
fn truths_6_and_7_a_user_that_does_not_exist_fails() {
    for (line, user, causes) in [
        ("User=nobody # web\n", "nobody # web", vec!["inline-comment", "user-unknown"]),
        ("User=\"nobody\"\n", "\"nobody\"", vec!["quoted-value", "user-unknown"]),
        ("User=nosuch\n", "nosuch", vec!["user-unknown"]),
    ] {
        let failed = service(&[
            ("ActiveState", "failed"),
            ("SubState", "failed"),
            ("Result", "exit-code"),
            ("User", user),
            ("ExecMainCode", "1"),
            ("ExecMainStatus", "217"),
        ]);
        let report = runs_as(failed.clone(), &unit_text(line), &[], Some((failed, &[])));
        assert_eq!(summary(&report), (Status::Failed, "no process of it is running", causes), "{line}");
    }
}

/// The learner edits the file, then reloads, then restarts. Each step names the next one.
#[test]
fn truth_9_a_change_to_root_needs_a_reload_and_a_restart() {
    let own = [process(214, 998, "sre-app", true)];
    let root = [process(301, 0, "root", true)];
    let text = unit_text("User=root\n");
    let twin_unit = || running(&[("User", "root"), ("UID", "0")]);
    let steps = [
        (running(&[("User", "sre-app"), ("UID", "998"), ("NeedDaemonReload", "yes")]), &own, "needs-daemon-reload"),
        (running(&[("User", "root"), ("UID", "998")]), &own, "needs-restart"),
        (running(&[("User", "root"), ("UID", "0")]), &root, "runs-as-root"),
    ];
    for (live, processes, id) in steps {
        for twin in [Some((twin_unit(), &root[..])), None] {
            let with_twin = twin.is_some();
            let report = runs_as(live.clone(), &text, processes, twin);
            assert_eq!((report.status, summary(&report).2), (Status::Failed, vec![id]), "{id}, twin: {with_twin}");
            assert_eq!(report.evidence[0].source, "/etc/systemd/system/sre-app.service:2");
        }
    }
    let reloading = runs_as(running(&[("User", "sre-app"), ("UID", "998")]), &text, &own, Some((twin_unit(), &root)));
    assert_eq!(reloading.diagnosis[0].next, "sudo systemctl daemon-reload");
    assert_eq!(reloading.observed, "uid 998 (sre-app), pid 214 python3 now, and root at the next start: User=root");
    assert!(reloading.diagnosis[0].text.contains("/etc/systemd/system/sre-app.service:2 now says User=root"));
}

/// The file is fixed, but the process is still root.
#[test]
fn truth_9_a_change_from_root_needs_a_reload_and_a_restart() {
    let own = [process(214, 998, "sre-app", true)];
    let root = [process(301, 0, "root", true)];
    let text = unit_text("User=sre-app\n");
    let twin_unit = || running(&[("User", "sre-app"), ("UID", "998")]);
    for (live, processes, status, causes) in [
        (
            running(&[("User", "root"), ("UID", "0"), ("NeedDaemonReload", "yes")]),
            &root,
            Status::Failed,
            vec!["needs-daemon-reload"],
        ),
        (running(&[("User", "sre-app"), ("UID", "0")]), &root, Status::Failed, vec!["needs-restart"]),
        (running(&[("User", "sre-app"), ("UID", "[not set]")]), &root, Status::Failed, vec!["needs-restart"]),
        (running(&[("User", "sre-app"), ("UID", "998")]), &own, Status::Passed, vec![]),
    ] {
        for twin in [Some((twin_unit(), &own[..])), None] {
            let report = runs_as(live.clone(), &text, processes, twin);
            assert_eq!((report.status, summary(&report).2), (status, causes.clone()), "{}", report.observed);
        }
    }
}

/// Removing `User=` has the same effect as `User=root`.
#[test]
fn truth_9_a_removed_user_and_a_new_prefix_make_the_next_start_root() {
    let own = [process(214, 998, "sre-app", true)];
    let named = [("User", "sre-app"), ("UID", "998")];
    let removed = runs_as(running(&named), &unit_text(""), &own, None);
    assert_eq!(summary(&removed).2, ["needs-daemon-reload"]);
    assert!(
        removed.observed.ends_with("no User= is set, by unitlab's own reading of the files"),
        "{}",
        removed.observed
    );
    let reloaded = runs_as(running(&[("UID", "998")]), &unit_text(""), &own, None);
    assert_eq!(summary(&reloaded).2, ["needs-restart"]);
    let text = "[Service]\nUser=sre-app\nExecStart=+/usr/bin/python3\n";
    assert_eq!(summary(&runs_as(running(&named), text, &own, None)).2, ["needs-daemon-reload"]);
    let plus = exec("privileged");
    let prefixed = running(&[named[0], named[1], ("ExecStartEx", plus.as_str())]);
    assert_eq!(summary(&runs_as(prefixed, text, &own, None)).2, ["needs-restart"]);
}

/// The prefix starts it as root, and the twin shows that it does not stay root.
#[test]
fn truth_5_the_twin_shows_that_the_program_gives_up_root() {
    let own = [process(214, 998, "sre-app", true)];
    let plus = exec("privileged");
    let unit = || running(&[("User", "sre-app"), ("UID", "998"), ("ExecStartEx", plus.as_str())]);
    let report = runs_as(unit(), "[Service]\nUser=sre-app\nExecStart=+/bin/a\n", &own, Some((unit(), &own)));
    assert_eq!(summary(&report), (Status::Passed, "uid 998 (sre-app), pid 214 python3", vec![]));
}

#[test]
fn truth_5_without_a_twin_the_uid_at_the_start_decides() {
    let own = [process(214, 998, "sre-app", true)];
    for (properties, text) in [
        (vec![], unit_text("")),
        (vec![("UID", "[not set]")], unit_text("")),
        (vec![("User", "root"), ("UID", "0")], unit_text("User=root\n")),
    ] {
        assert_eq!(runs_as(running(&properties), &text, &own, None).status, Status::Passed, "{text}");
    }
}

#[test]
fn truth_10_every_process_counts() {
    let nginx = [process(214, 0, "root", true), process(215, 33, "www-data", false)];
    let report = same_on_twin(&[], &unit_text(""), &nginx);
    assert_eq!(summary(&report), (Status::Failed, "uid 0 (root), pid 214 python3", vec!["runs-as-root"]));
    let helper = [process(214, 998, "sre-app", true), process(215, 0, "root", false)];
    let report = runs_as(running(&[("User", "sre-app"), ("UID", "998")]), &unit_text("User=sre-app\n"), &helper, None);
    assert_eq!(summary(&report), (Status::Failed, "uid 0 (root), pid 215 python3", vec!["runs-as-root"]));
}

#[test]
fn a_process_between_fork_and_execve_is_not_judged() {
    let child = Process { comm: "(python3)".into(), ..process(214, 0, "root", true) };
    let report = same_on_twin(&[("User", "sre-app")], &unit_text("User=sre-app\n"), &[child]);
    assert_eq!(summary(&report), (Status::Unknown, "pid 214 (python3) is still being started", vec!["could-not-tell"]));
}

#[test]
fn a_check_can_expect_root() {
    let status = |processes: &[Process]| {
        let observations = ObservationsBuilder::default()
            .loaded(running(&[("User", "root")]))
            .files(fragment(""))
            .processes(processes);
        judged(Kind::RunsAs { root: true }, observations).status
    };
    assert_eq!(status(&[process(214, 0, "root", true), process(215, 33, "www-data", false)]), Status::Passed);
    assert_eq!(status(&[process(214, 33, "www-data", true), process(215, 0, "root", false)]), Status::Failed);
}

/// A transient unit is in /run, so the twin does not have it. That does not make it root.
#[test]
fn a_transient_unit_is_judged_by_its_running_processes() {
    let transient = |changes: &[(&str, &str)]| {
        let path = [("FragmentPath", "/run/systemd/transient/sre-app.service"), ("Transient", "yes")];
        running(&[&path[..], changes].concat())
    };
    let gone = || service(&[("LoadState", "not-found"), ("FragmentPath", ""), ("ExecStartEx", "")]);
    let own = [process(214, 1000, "learner", true)];
    let judged = |user: &[(&str, &str)], processes: &[Process]| {
        runs_as(transient(user), &unit_text("User=learner\n"), processes, Some((gone(), &[]))).status
    };
    assert_eq!(judged(&[("User", "learner"), ("UID", "1000")], &own), Status::Passed);
    assert_eq!(judged(&[], &[process(214, 0, "root", true)]), Status::Failed);
}
