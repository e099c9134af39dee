//! `unitlab check --here` grades the machine that it runs on, as any user. What it cannot see is unknown, with the reason
//! and the next step. It is never failed, and never takes long.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test fails by panicking, and starts programs")]

mod common;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use common::{TestEnv, UNITLAB, course, run_in_sandbox, test_env};
use rustix::process::{Pid, Signal, kill_process};
use unitlab::app::LabSession;
use unitlab::model::{Cause, Overlay, Report, Status};

/// Where this program is inside of the sandbox.
const INSIDE: &str = "/opt/unitlab";
/// Nothing that cannot answer is waited for longer; the program's own limit for the manager is 10 s.
const TIMEOUT: Duration = Duration::from_secs(25);
/// A user that exists everywhere and may do nothing.
const NOBODY: u32 = 65534;

/// The sandbox's PID 1, seen from here.
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

    /// A command inside, which needs no manager to get there.
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

    fn check(&self, uid: u32) -> Seen {
        let state = format!("/tmp/state-{uid}");
        let words = |format| {
            [INSIDE, "--state-dir", &state, "check", "sre-app", "--here", "--color", "never", "--format", format]
        };
        Seen::of(self.command(uid, &words("json")), self.command(uid, &words("human")))
    }
}

/// What a check said to a program and to a person.
struct Seen {
    report: Report,
    human: String,
}

impl Seen {
    /// Runs both, at once, and holds what is true of every check here.
    fn of(mut json: Command, mut human: Command) -> Self {
        let begun = Instant::now();
        let (json, human) = std::thread::scope(|scope| {
            let human = scope.spawn(move || human.output().unwrap());
            (json.output().unwrap(), human.join().unwrap())
        });
        assert!(begun.elapsed() < TIMEOUT, "it took {:?}", begun.elapsed());
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
            assert!(!check.observed.is_empty(), "{} has no reason", check.id);
            // What rests on another check is mended with that one.
            let rests = check.blocked_by.iter().any(|id| report.checks.iter().any(|other| other.id == *id));
            let told = check
                .diagnosis
                .first()
                .is_some_and(|cause| cause.cause == Cause::CouldNotTell && !cause.next.is_empty());
            assert!(
                rests || told || check.observed.starts_with("it needs "),
                "{}: no remedy for {}",
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

    /// Nothing could be told, for this reason, and this would help.
    fn tells_nothing_but(&self, reason: &str, remedy: &str) {
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

/// A solved sandbox with this program in it.
fn solved(env: &TestEnv) -> LabSession {
    let course = course();
    let lab = course.lab("sre-app").unwrap();
    let session = env.lab_session(lab, "here");
    session.apply_or_fail(&lab.solution, "the solution").unwrap();
    // It is there already, as what learners call. As a file of an overlay its 45 MB would take half a minute to lay.
    let copy = format!("install -m 755 /usr/local/bin/unitlab {INSIDE}");
    session.apply_or_fail(&Overlay { files: vec![], script: Some(copy) }, "the program").unwrap();
    session
}

fn learner(session: &LabSession) -> u32 {
    run_in_sandbox(session, &["id", "-u", "learner"]).trim().parse().unwrap()
}

#[test]
fn a_solved_machine_is_graded_as_root_and_as_far_as_anybody_sees() {
    let Some(env) = test_env() else { return };
    let session = solved(&env);
    let leader = Leader::of(&session);
    let root = leader.check(0);
    assert_eq!((root.report.exit_code(), root.count(Status::Unknown)), (0, 0), "{}", root.human);
    assert_eq!((root.count(Status::NotRun), root.report.score.passed), (2, Some(true)), "{}", root.human);

    let user = leader.check(learner(&session));
    assert_eq!(user.report.exit_code(), 3, "{}", user.human);
    assert!(user.count(Status::Passed) > 8 && user.report.score.passed.is_none(), "{}", user.human);
    assert!(user.human.contains("run the check as root"), "{}", user.human);
    session.close().unwrap();
}

/// Nothing marks a unit whose link is new: neither `NeedDaemonReload` nor what is loaded.
#[test]
fn a_link_made_by_hand_is_not_called_missing() {
    let Some(env) = test_env() else { return };
    let session = solved(&env);
    let leader = Leader::of(&session);
    leader.run("systemctl disable sre-app; cd /etc/systemd/system; mkdir -p multi-user.target.wants; ln -s ../sre-app.service multi-user.target.wants/");
    let unread = leader.check(0);
    assert_eq!((unread.report.exit_code(), unread.count(Status::Unknown)), (3, 3), "{}", unread.human);
    let told = "a link adds it to multi-user.target, and the manager has not read it";
    assert!(unread.human.contains(told), "{}", unread.human);
    // What rests on it is not what has to be mended.
    let next = "Next The next boot starts it -> sudo systemctl daemon-reload";
    assert!(unread.human.contains(next), "{}", unread.human);
    leader.run("systemctl daemon-reload");
    assert_eq!(leader.check(0).report.exit_code(), 0);
    session.close().unwrap();
}

#[test]
fn a_dead_bus_is_named_and_root_needs_none() {
    let Some(env) = test_env() else { return };
    let session = solved(&env);
    let (leader, learner) = (Leader::of(&session), learner(&session));
    leader.run("systemctl stop dbus.socket dbus.service; rm -f /run/dbus/system_bus_socket");
    leader.check(learner).tells_nothing_but("the message bus", "sudo systemctl start dbus.socket");
    let root = leader.check(0);
    assert_eq!(root.report.exit_code(), 0, "{}", root.human);

    leader.run("rm /run/systemd/private");
    leader.check(0).tells_nothing_but("cannot be reached at its socket", "sudo kill -TERM 1");
    // The advice holds.
    leader.run("kill -TERM 1; until systemctl is-active --quiet sre-app; do :; done");
    assert_eq!(leader.check(0).report.exit_code(), 0);
    leader.run("systemctl start dbus.socket");
    assert_ne!(leader.check(learner).count(Status::Passed), 0);
    session.close().unwrap();
}

#[test]
fn a_frozen_manager_is_named_in_bounded_time() {
    let Some(env) = test_env() else { return };
    let session = solved(&env);
    let (leader, learner) = (Leader::of(&session), learner(&session));
    leader.signal(Signal::STOP);
    // Side by side: each waits out the program's own limit.
    let seen = std::thread::scope(|scope| {
        let leader = &leader;
        let checks = [0, learner].map(|uid| scope.spawn(move || leader.check(uid)));
        checks.map(|check| check.join().unwrap())
    });
    for seen in seen {
        seen.tells_nothing_but("does not answer", "sudo kill -CONT 1");
    }
    // The advice holds, even from inside.
    leader.run("kill -CONT 1");
    assert_eq!(leader.check(0).report.exit_code(), 0);
    session.close().unwrap();
}

/// A machine that was not booted with systemd is this one, with nothing in `/run`.
#[test]
fn a_machine_without_systemd_is_named_as_root_and_as_anybody() {
    let Some(env) = test_env() else { return };
    let program = env.path().join("unitlab");
    fs::copy(UNITLAB, &program).unwrap();
    fs::set_permissions(env.path(), Permissions::from_mode(0o755)).unwrap();
    for uid in [0, NOBODY] {
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
        let seen = Seen::of(command("json"), command("human"));
        seen.tells_nothing_but("this machine was not booted with systemd", "unitlab lab start");
    }
}
