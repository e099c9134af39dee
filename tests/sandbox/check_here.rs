//! `unitlab check --here` grades the machine that it runs on, as any user.
//!
//! A check whose facts it cannot read is unknown, not failed, with the reason and the next step. Every run ends within
//! [`TIMEOUT`].

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::common::{TestEnv, UNITLAB, course, run_in_sandbox};
use rustix::process::{Pid, Signal, kill_process};
use unitlab::app::LabSession;
use unitlab::model::{Cause, Overlay, Report, Status};

tests! {
    a_solved_machine_passes_for_root_and_is_partly_unknown_to_a_user,
    a_link_made_by_hand_is_unknown_until_a_daemon_reload,
    without_a_message_bus_root_is_graded_and_a_user_is_shown_the_remedy,
    a_stopped_manager_is_reported_within_the_timeout,
    a_machine_without_systemd_is_reported_to_root_and_to_a_user,
}

/// The path of unitlab in the sandbox.
const PROGRAM_IN_SANDBOX: &str = "/opt/unitlab";
/// The longest time that a check may take. unitlab itself waits up to 10 s for an answer of the manager.
const TIMEOUT: Duration = Duration::from_secs(25);
/// The user nobody, who exists on every machine and has no privileges.
const NOBODY_UID: u32 = 65534;

/// The sandbox's PID 1, by its PID on this machine.
struct Leader(Pid);

impl Leader {
    fn of(session: &LabSession) -> Self {
        let record = std::fs::read(session.sandbox().dir().join("record.json")).unwrap();
        let record: serde_json::Value = serde_json::from_slice(&record).unwrap();
        let pid = record["leader"]["pid"].as_i64().unwrap();
        Self(Pid::from_raw(pid.try_into().unwrap()).unwrap())
    }

    fn signal(&self, signal: Signal) {
        kill_process(self.0, signal).unwrap();
    }

    /// A command that runs in the sandbox. nsenter(1) starts it, so the sandbox's manager need not answer.
    fn command(&self, uid: u32, argv: &[&str]) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--all", "--target", &self.0.as_raw_nonzero().to_string(), "--"]);
        command.args(["setpriv", "--reuid", &uid.to_string(), "--regid", &uid.to_string(), "--clear-groups"]);
        command.args(argv).env_clear().env("PATH", "/usr/sbin:/usr/bin").env("HOME", "/tmp");
        command.stdin(Stdio::null());
        command
    }

    fn run(&self, script: &str) {
        let done = self.command(0, &["/bin/sh", "-euc", script]).output().unwrap();
        assert!(done.status.success(), "{script}: {}", String::from_utf8_lossy(&done.stderr));
    }

    fn check(&self, uid: u32) -> CheckOutput {
        let state = format!("/tmp/state-{uid}");
        let args = |format| {
            [
                PROGRAM_IN_SANDBOX,
                "--state-dir",
                &state,
                "check",
                "sre-app",
                "--here",
                "--color",
                "never",
                "--format",
                format,
            ]
        };
        CheckOutput::of(self.command(uid, &args("json")), self.command(uid, &args("human")))
    }
}

/// The JSON report and the human report of one check.
struct CheckOutput {
    report: Report,
    human: String,
}

impl CheckOutput {
    /// Runs both commands at once, and asserts what must hold for every check in this file.
    fn of(mut json: Command, mut human: Command) -> Self {
        let begun = Instant::now();
        let (json, human) = std::thread::scope(|scope| {
            let human = scope.spawn(move || human.output().unwrap());
            (json.output().unwrap(), human.join().unwrap())
        });
        assert!(begun.elapsed() < TIMEOUT, "the check took {:?}", begun.elapsed());
        let text = |output: &Output| {
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
        };
        let value: serde_json::Value =
            serde_json::from_slice(&json.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&json)));
        let schema = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/unitlab.report-1.schema.json")).unwrap();
        let schema: serde_json::Value = serde_json::from_slice(&schema).unwrap();
        jsonschema::draft202012::validate(&schema, &value).unwrap_or_else(|error| panic!("{error}: {}", text(&json)));
        let report: Report = serde_json::from_value(value).unwrap();
        assert_eq!(json.status.code(), Some(i32::from(report.exit_code())), "{}", text(&json));
        assert_eq!(human.status.code(), json.status.code(), "{}", text(&human));
        assert!(report.checks.iter().all(|check| check.status != Status::Failed), "{}", text(&human));
        for check in report.checks.iter().filter(|check| check.status == Status::Unknown) {
            assert!(!check.observed.is_empty(), "{} gives no reason", check.id);
            // A check that another one blocks needs no next step.
            let is_blocked = check.blocked_by.iter().any(|id| report.checks.iter().any(|other| other.id == *id));
            let has_next_step = check
                .diagnosis
                .first()
                .is_some_and(|cause| cause.cause == Cause::CouldNotTell && !cause.next.is_empty());
            assert!(
                is_blocked || has_next_step || check.observed.starts_with("it needs "),
                "{}: no next step for {}",
                check.id,
                check.observed
            );
        }
        let human = String::from_utf8(human.stdout).unwrap();
        Self { report, human: human.split_whitespace().collect::<Vec<_>>().join(" ") }
    }

    fn count(&self, status: Status) -> usize {
        self.report.checks.iter().filter(|check| check.status == status).count()
    }

    /// Asserts that every check is unknown for this reason, and that the report names this remedy.
    fn assert_all_unknown(&self, reason: &str, remedy: &str) {
        assert_eq!(
            (self.report.exit_code(), self.count(Status::Unknown)),
            (3, self.report.checks.len()),
            "{}",
            self.human
        );
        assert_eq!((self.report.score.points, self.report.score.graded_of, self.report.score.passed), (0, 0, None));
        let first = &self.report.checks[0];
        assert!(first.observed.contains(reason), "{}", first.observed);
        assert!(first.diagnosis[0].next.contains(remedy), "{:?}", first.diagnosis);
        let shown = |text: &str| self.human.contains(&text.split_whitespace().collect::<Vec<_>>().join(" "));
        assert!(shown(reason) && shown(remedy), "{}", self.human);
        assert!(self.human.contains("systemd of unknown version") && !self.human.contains("failed "), "{}", self.human);
    }
}

/// A sandbox with the lab's solution applied and unitlab installed.
fn solved_sandbox(env: &TestEnv) -> LabSession {
    let course = course();
    let lab = course.lab("sre-app").unwrap();
    let session = env.lab_session(lab, "here");
    session.apply_or_fail(&lab.solution, "the solution").unwrap();
    // The sandbox already holds unitlab for the learner. To write its 45 MB from an overlay would take half a minute.
    let copy = format!("install -m 755 /usr/local/bin/unitlab {PROGRAM_IN_SANDBOX}");
    session.apply_or_fail(&Overlay { files: vec![], script: Some(copy) }, "the program").unwrap();
    session
}

fn learner_uid(session: &LabSession) -> u32 {
    run_in_sandbox(session, &["id", "-u", "learner"]).trim().parse().unwrap()
}

fn a_solved_machine_passes_for_root_and_is_partly_unknown_to_a_user(env: TestEnv) {
    let session = solved_sandbox(&env);
    let leader = Leader::of(&session);
    let root = leader.check(0);
    assert_eq!((root.report.exit_code(), root.count(Status::Unknown)), (0, 0), "{}", root.human);
    assert_eq!((root.count(Status::NotRun), root.report.score.passed), (2, Some(true)), "{}", root.human);

    let user = leader.check(learner_uid(&session));
    assert_eq!(user.report.exit_code(), 3, "{}", user.human);
    assert!(user.count(Status::Passed) > 8 && user.report.score.passed.is_none(), "{}", user.human);
    assert!(user.human.contains("run the check as root"), "{}", user.human);
    session.close().unwrap();
}

/// A link made by hand changes no property of the loaded unit, not even `NeedDaemonReload`.
fn a_link_made_by_hand_is_unknown_until_a_daemon_reload(env: TestEnv) {
    let session = solved_sandbox(&env);
    let leader = Leader::of(&session);
    leader.run("systemctl disable sre-app; cd /etc/systemd/system; mkdir -p multi-user.target.wants; ln -s ../sre-app.service multi-user.target.wants/");
    let unread = leader.check(0);
    assert_eq!((unread.report.exit_code(), unread.count(Status::Unknown)), (3, 3), "{}", unread.human);
    let reason = "a link adds it to multi-user.target, and the manager has not read it";
    assert!(unread.human.contains(reason), "{}", unread.human);
    // The report names the next step of this check, not of those that it blocks.
    let next = "Next The next boot starts it -> sudo systemctl daemon-reload";
    assert!(unread.human.contains(next), "{}", unread.human);
    leader.run("systemctl daemon-reload");
    assert_eq!(leader.check(0).report.exit_code(), 0);
    session.close().unwrap();
}

fn without_a_message_bus_root_is_graded_and_a_user_is_shown_the_remedy(env: TestEnv) {
    let session = solved_sandbox(&env);
    let (leader, learner) = (Leader::of(&session), learner_uid(&session));
    leader.run("systemctl stop dbus.socket dbus.service; rm -f /run/dbus/system_bus_socket");
    leader.check(learner).assert_all_unknown("the message bus", "sudo systemctl start dbus.socket");
    let root = leader.check(0);
    assert_eq!(root.report.exit_code(), 0, "{}", root.human);

    leader.run("rm /run/systemd/private");
    leader.check(0).assert_all_unknown("cannot be reached at its socket", "sudo kill -TERM 1");
    // The remedy works.
    leader.run("kill -TERM 1; until systemctl is-active --quiet sre-app; do :; done");
    assert_eq!(leader.check(0).report.exit_code(), 0);
    leader.run("systemctl start dbus.socket");
    assert_ne!(leader.check(learner).count(Status::Passed), 0);
    session.close().unwrap();
}

fn a_stopped_manager_is_reported_within_the_timeout(env: TestEnv) {
    let session = solved_sandbox(&env);
    let (leader, learner) = (Leader::of(&session), learner_uid(&session));
    leader.signal(Signal::STOP);
    // In parallel, because each check waits until unitlab's own time limit for the manager.
    let outputs = std::thread::scope(|scope| {
        let leader = &leader;
        let checks = [0, learner].map(|uid| scope.spawn(move || leader.check(uid)));
        checks.map(|check| check.join().unwrap())
    });
    for output in outputs {
        output.assert_all_unknown("does not answer", "sudo kill -CONT 1");
    }
    // The remedy works, even from a process in the sandbox.
    leader.run("kill -CONT 1");
    assert_eq!(leader.check(0).report.exit_code(), 0);
    session.close().unwrap();
}

/// An empty `/run` makes this machine look like one that was not booted with systemd.
fn a_machine_without_systemd_is_reported_to_root_and_to_a_user(env: TestEnv) {
    let program = env.path().join("unitlab");
    fs::copy(UNITLAB, &program).unwrap();
    fs::set_permissions(env.path(), Permissions::from_mode(0o755)).unwrap();
    for uid in [0, NOBODY_UID] {
        let state = env.path().join(format!("state-{uid}"));
        fs::create_dir(&state).unwrap();
        std::os::unix::fs::chown(&state, Some(uid), Some(uid)).unwrap();
        let command = |format: &str| {
            let mut command = Command::new("unshare");
            let uid = uid.to_string();
            command.args(["--mount", "/bin/sh", "-ec", "mount -t tmpfs none /run; exec \"$@\"", "sh"]);
            command.args(["setpriv", "--reuid", &uid, "--regid", &uid, "--clear-groups"]).arg(&program);
            command.arg("--state-dir").arg(&state);
            command.args(["check", "sre-app", "--here", "--color", "never", "--format", format]);
            command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("HOME", &state).stdin(Stdio::null());
            command
        };
        let output = CheckOutput::of(command("json"), command("human"));
        output.assert_all_unknown("this machine was not booted with systemd", "unitlab lab start");
    }
}
