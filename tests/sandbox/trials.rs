//! The checks `comes-back` and `survives-reboot` give the right verdicts on many kinds of services, in real sandboxes.
//! Only the twin is killed and rebooted; the learner's sandbox does not change.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::common::{TestEnv, run_in_sandbox};
use unitlab::app::{Graded, LabSession, Twins};
use unitlab::course::Course;
use unitlab::model::{CheckReport, Overlay, OverlayFile, Status};

tests! {
    a_kill_on_the_twin_shows_which_services_restart_truths_13_to_15_18_and_23,
    a_reboot_of_the_twin_shows_which_services_survive_truths_20_24_and_26_to_30,
    check_here_kills_only_with_consent_and_within_the_start_limit_truth_18,
}

const SLEEP: &str = "ExecStart=/bin/sleep infinity";
const INSTALL: &str = "[Install]\nWantedBy=multi-user.target";

/// A service: its name, its lines under `[Service]`, the text before that section, and the commands that set it up.
type Unit<'a> = (&'a str, &'a str, &'a str, &'a str);

const UP: &str = "systemctl enable --now";
const START: &str = "systemctl start";

/// Writes a lab with these units. Its setup runs their commands, and each unit gets both checks.
fn course(dir: &Path, units: &[Unit]) -> Course {
    let lab = dir.join("labs/trials");
    for directory in ["scene/files/etc/systemd/system", "solution", "cases/one"] {
        fs::create_dir_all(lab.join(directory)).unwrap();
    }
    let mut toml = "title = \"T\"\nchapter = \"systemctl\"\nminutes = 1\npass = 80\nunit = \"a.service\"\n".to_owned();
    let mut setup = "systemctl daemon-reload\n".to_owned();
    for (name, service, unit, commands) in units {
        let text = format!("{unit}\n[Service]\n{service}\n{INSTALL}\n");
        fs::write(lab.join(format!("scene/files/etc/systemd/system/{name}.service")), text).unwrap();
        for kind in ["comes-back", "survives-reboot"] {
            let extra = if kind == "comes-back" { "within = \"3s\"" } else { "hold = \"1500ms\"" };
            write!(
                toml,
                "\n[[check]]\nid = \"{name}-{kind}\"\nunit = \"{name}.service\"\ntitle = \"T\"\npoints = 1\n\
                 kind = \"{kind}\"\n{extra}\nwhy = \"W\"\nlesson = \"systemctl\"\nhints = [\"1\", \"2\", \"3\"]\n"
            )
            .unwrap();
        }
        writeln!(setup, "{}", commands.replace("UNIT", &format!("{name}.service"))).unwrap();
    }
    fs::write(lab.join("lab.toml"), toml).unwrap();
    fs::write(lab.join("brief.md"), "Do it.").unwrap();
    fs::write(lab.join("scene/setup.sh"), setup).unwrap();
    fs::write(lab.join("solution/notes.md"), "Done.").unwrap();
    fs::write(lab.join("solution/apply.sh"), "true").unwrap();
    fs::write(lab.join("cases/one/case.toml"), "what = \"x\"\nfails = []\n").unwrap();
    fs::write(lab.join("cases/one/apply.sh"), "true").unwrap();
    Course::open(dir).unwrap()
}

fn session(env: &TestEnv, units: &[Unit]) -> (Course, LabSession) {
    let course = course(&env.path().join("course"), units);
    let session = env.lab_session(course.lab("trials").unwrap(), "trials");
    (course, session)
}

fn report<'a>(graded: &'a Graded, id: &str) -> &'a CheckReport {
    graded.checks.iter().find(|check| check.id == id).unwrap_or_else(|| panic!("no check {id}"))
}

/// State, main PID, restart count and invocation of each unit in the learner's sandbox.
fn unit_states(session: &LabSession, units: &[Unit]) -> String {
    let names: Vec<String> = units.iter().map(|(name, ..)| format!("{name}.service")).collect();
    let mut argv = vec!["systemctl", "show", "-p", "Id,ActiveState,MainPID,NRestarts,InvocationID"];
    argv.extend(names.iter().map(String::as_str));
    run_in_sandbox(session, &argv)
}

/// A unit, the status of its check, and a cause that the check must name. An empty cause: it must name none.
type Expected<'a> = (&'a str, Status, &'a str);

fn assert_verdicts(graded: &Graded, kind: &str, expected: &[Expected]) {
    let mut wrong = String::new();
    for (name, status, cause) in expected {
        let check = report(graded, &format!("{name}-{kind}"));
        let causes: Vec<&str> = check.diagnosis.iter().map(|cause| cause.cause.id()).collect();
        let names_cause = if cause.is_empty() { causes.is_empty() } else { causes.contains(cause) };
        if check.status != *status || !names_cause {
            writeln!(wrong, "{name} {kind}: {:?} {:?} {causes:?} {:#?}", check.status, check.observed, check.evidence)
                .unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn a_kill_on_the_twin_shows_which_services_restart_truths_13_to_15_18_and_23(env: TestEnv) {
    let dies_again =
        "Restart=always\nExecStart=/bin/sh -c 'test ! -e /run/seen || exit 1; touch /run/seen; exec sleep infinity'";
    let children = "Restart=always\nKillMode=process\nExecStart=/bin/sh -c 'sleep infinity & exec sleep infinity'";
    let notify = "Restart=always\nType=notify\nNotifyAccess=all\nExecStart=/bin/sh -c 'systemd-notify --ready; exec sleep infinity'";
    let with = |lines: &str| format!("{SLEEP}\n{lines}");
    let lines = |lines: &str| -> &'static str { with(lines).leak() };
    let up = format!("{UP} UNIT");
    let units: Vec<Unit> = vec![
        ("always", lines("Restart=always"), "", &up),
        ("on-failure", lines("Restart=on-failure"), "", &up),
        ("on-abnormal", lines("Restart=on-abnormal"), "", &up),
        ("on-abort", lines("Restart=on-abort"), "", &up),
        ("on-success", lines("Restart=on-success"), "", &up),
        ("on-watchdog", lines("Restart=on-watchdog"), "", &up),
        ("plain", SLEEP, "", &up),
        ("forced", lines("RestartForceExitStatus=SIGKILL"), "", &up),
        ("prevented", lines("Restart=always\nRestartPreventExitStatus=SIGKILL"), "", &up),
        ("burst", lines("Restart=always"), "[Unit]\nStartLimitBurst=1", &up),
        ("never", lines("Restart=always\nRestartSec=infinity"), "", &up),
        ("hour", lines("Restart=always\nRestartSec=1h"), "", &up),
        ("exited", "Type=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true", "", &up),
        ("children", children, "", &up),
        ("slow", lines("Restart=always\nExecStartPre=/bin/sleep 1"), "", &up),
        ("too-slow", lines("Restart=always\nExecStartPre=/bin/sleep 4"), "", &up),
        ("notify", notify, "", &up),
        ("dies-again", dies_again, "", &up),
        ("not-enabled", lines("Restart=always"), "", "true"),
        (
            "conditional",
            lines("Restart=always"),
            "[Unit]\nConditionPathExists=/run/flag",
            "touch /run/flag; systemctl start UNIT",
        ),
        ("broken", "Restart=always\nExecStart=/nonexistent", "", "true"),
    ];
    let (course, session) = session(&env, &units);
    let lab = course.lab("trials").unwrap();
    let before = unit_states(&session, &units);
    let graded = session.grade(lab, Twins::Two);
    assert!(graded.twin_error.is_none(), "{:?}", graded.twin_error);
    #[rustfmt::skip]
    assert_verdicts(&graded, "comes-back", &[
        ("always", Status::Passed, ""),
        ("on-failure", Status::Passed, ""),
        ("on-abnormal", Status::Passed, ""),
        ("on-abort", Status::Passed, ""),
        ("on-success", Status::Failed, "no-auto-restart"),
        ("on-watchdog", Status::Failed, "no-auto-restart"),
        ("plain", Status::Failed, "no-auto-restart"),
        ("forced", Status::Passed, ""),
        ("prevented", Status::Failed, "no-auto-restart"),
        ("burst", Status::Failed, "start-limit-hit"),
        ("never", Status::Failed, "restart-never"),
        ("hour", Status::Unknown, "could-not-tell"),
        ("exited", Status::Failed, ""),
        ("children", Status::Passed, ""),
        ("slow", Status::Passed, ""),
        ("too-slow", Status::Failed, ""),
        ("notify", Status::Passed, ""),
        ("dies-again", Status::Failed, "crash-loop"),
        ("not-enabled", Status::Passed, ""),
        ("conditional", Status::Unknown, "could-not-tell"),
        // The trial starts it after the facts were collected, so the path of its program was not examined.
        ("broken", Status::Failed, "exec-failed"),
    ]);
    // `comes-back` does not depend on `enabled`: the trial starts the unit on the twin, and the report says so.
    let observed = &report(&graded, "not-enabled-comes-back").observed;
    assert!(observed.starts_with("started for this trial"), "{observed}");
    assert_eq!(unit_states(&session, &units), before, "the learner's sandbox changed");

    // Without a twin, no trial runs.
    let graded = session.grade(lab, Twins::None);
    for check in &graded.checks {
        assert_eq!(check.status, Status::NotRun, "{}: {}", check.id, check.observed);
    }
    session.close().unwrap();
}

fn a_reboot_of_the_twin_shows_which_services_survive_truths_20_24_and_26_to_30(env: TestEnv) {
    let up = format!("{UP} UNIT");
    let crash_loop = "Restart=always\nStartLimitInterval=0\nExecStart=/bin/sleep 0.8";
    let units: Vec<Unit> = vec![
        ("enabled", SLEEP, "", &up),
        ("exited", "Type=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true", "", &up),
        (
            "linked-by-hand",
            SLEEP,
            "",
            "mkdir -p /etc/systemd/system/multi-user.target.wants; ln -s ../UNIT /etc/systemd/system/multi-user.target.wants/; systemctl start UNIT",
        ),
        ("disabled", SLEEP, "", "systemctl start UNIT"),
        ("runtime", SLEEP, "", "systemctl enable --runtime --now UNIT"),
        ("masked", SLEEP, "", "systemctl start UNIT; mv /etc/systemd/system/UNIT /root; systemctl mask UNIT"),
        ("conditional", SLEEP, "[Unit]\nConditionPathExists=/run/flag", "touch /run/flag; systemctl enable --now UNIT"),
        ("brief", "ExecStart=/bin/sleep 1", "", &up),
        ("crash-loop", crash_loop, "", &up),
        ("slow", "ExecStartPre=/bin/sleep 1\nExecStart=/bin/sleep infinity", "", &up),
    ];
    let (course, session) = session(&env, &units);
    let graded = session.grade(course.lab("trials").unwrap(), Twins::Two);
    #[rustfmt::skip]
    assert_verdicts(&graded, "survives-reboot", &[
        ("enabled", Status::Passed, ""),
        ("exited", Status::Passed, ""),
        ("linked-by-hand", Status::Passed, ""),
        ("disabled", Status::Failed, "not-enabled"),
        ("runtime", Status::Failed, "runtime-only"),
        ("masked", Status::Failed, "masked"),
        ("conditional", Status::Failed, "condition-not-met"),
        ("brief", Status::Failed, "ended-by-itself"),
        ("crash-loop", Status::Failed, "crash-loop"),
        ("slow", Status::Passed, ""),
    ]);
    session.close().unwrap();
}

/// `--here` grades the systemd of this machine. It kills a service only with `--trials` and `--yes`, and
/// skips it if the restart would use up starts of its start limit.
fn check_here_kills_only_with_consent_and_within_the_start_limit_truth_18(env: TestEnv) {
    let lines = |lines: &str| -> &'static str { format!("{SLEEP}\n{lines}").leak() };
    let start = format!("{START} UNIT");
    let units: Vec<Unit> = vec![
        ("always", lines("Restart=always"), "", &start),
        ("burst", lines("Restart=always"), "[Unit]\nStartLimitBurst=1", &start),
        ("hour", lines("Restart=always\nRestartSec=1h"), "", &start),
        ("long", lines("Restart=always"), "[Unit]\nStartLimitIntervalSec=1h", &start),
        ("idle", lines("Restart=always"), "", "true"),
    ];
    let (_course, session) = session(&env, &units);
    let mut files = vec![OverlayFile {
        path: "/root/unitlab".into(),
        executable: true,
        bytes: fs::read(crate::common::UNITLAB).unwrap(),
    }];
    collect_files(&env.path().join("course"), "/root/course", &mut files);
    let applied = session.apply(&Overlay { files, script: None }).unwrap();
    assert!(applied.status.success(), "{}", applied.output);

    let check = |more: &[&str]| {
        let mut argv = vec!["/root/unitlab", "--course", "/root/course", "--state-dir", "/root/state"];
        argv.extend(["check", "trials", "--here", "--format", "json"]);
        argv.extend(more);
        let done = session.entrance().unwrap().capture(&argv, b"").unwrap();
        (done.status.code(), done.output)
    };
    let before = unit_states(&session, &units);
    let (code, output) = check(&[]);
    assert_eq!((code, output.matches("\"not-run\"").count()), (Some(3), 10), "{output}");
    let (code, output) = check(&["--trials"]);
    assert!(code == Some(2) && output.contains("--yes"), "{code:?} {output}");
    assert_eq!(unit_states(&session, &units), before, "a service was killed without --trials --yes");

    let (code, output) = check(&["--trials", "--yes"]);
    assert!(output.contains("the main process of always.service (pid"), "{output}");
    let json = &output[output.find('{').unwrap()..];
    let report: unitlab::model::Report = serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json}"));
    for (name, status) in [
        ("always", Status::Passed),
        ("burst", Status::Unknown),
        ("hour", Status::Unknown),
        ("long", Status::Unknown),
        ("idle", Status::Failed),
    ] {
        let find = |kind| report.checks.iter().find(|check| check.id == format!("{name}-{kind}")).unwrap();
        assert_eq!(find("comes-back").status, status, "{name}: {}", find("comes-back").observed);
        assert_eq!(find("survives-reboot").status, Status::NotRun, "{name}");
    }
    assert_eq!(code, Some(1));
    let changed: Vec<(String, String)> =
        blocks(&before).into_iter().zip(blocks(&unit_states(&session, &units))).filter(|(a, b)| a != b).collect();
    let [(_, always)] = &changed[..] else { panic!("expected exactly one killed service: {changed:?}") };
    assert!(always.contains("Id=always.service") && always.contains("NRestarts=1"), "{always}");
    session.close().unwrap();
}

fn blocks(shown: &str) -> Vec<String> {
    shown.trim().split("\n\n").map(str::to_owned).collect()
}

fn collect_files(from: &Path, to: &str, files: &mut Vec<OverlayFile>) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = format!("{to}/{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            collect_files(&entry.path(), &to, files);
        } else {
            files.push(OverlayFile { path: to, executable: false, bytes: fs::read(entry.path()).unwrap() });
        }
    }
}
