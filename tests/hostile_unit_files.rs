//! Whatever stands where a unit file should, a check ends in bounded time and memory, shows it unarmed, and judges it.
//!
//! Each is laid into a real sandbox by its root, as a learner could, and graded by the whole program, twin included.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test fails by panicking, and starts programs")]

mod common;

use std::process::{Command, Output};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use common::{TestEnv, UNITLAB, test_env};
use unitlab::model::{CheckReport, Report, Status, deceives};

/// Kilobytes of address space for unitlab and the examiner that it sends inside: less than the gigabyte of which some
/// of these files consist. A program that wants more is refused it, and dies.
const MEMORY: &str = "786432";
/// Seconds after which a check is ended from outside, which no verdict survives.
const TIMEOUT: &str = "90";

/// What is laid, by a script with the unit file's path in `$F`, and what must come of it.
struct Case {
    name: &'static str,
    script: &'static str,
    /// A check, what may have become of it, and what must be said.
    verdict: (&'static str, &'static [Status], &'static str),
    /// What the human report must show.
    shows: &'static str,
}

const fn case(
    name: &'static str,
    script: &'static str,
    verdict: (&'static str, &'static [Status], &'static str),
    shows: &'static str,
) -> Case {
    Case { name, script, verdict, shows }
}

const FAILED: &[Status] = &[Status::Failed];
/// Where the manager itself may be busy with it, or stopped by it, for longer than anybody waits for an answer.
const FAILED_OR_UNKNOWN: &[Status] = &[Status::Failed, Status::Unknown];

#[rustfmt::skip]
const CASES: [Case; 18] = [
    // The dear ones first. The manager follows the link, and waits for a writer.
    case("a link to a FIFO", "mkfifo /run/p; ln -s /run/p $F", ("unit-file", FAILED_OR_UNKNOWN, ""), "a FIFO"),
    // Its zeros are all read by the manager.
    case("a hole of a gigabyte", "truncate -s 1G $F", ("unit-file", FAILED_OR_UNKNOWN, ""), "1073741824 bytes"),
    case("64 MiB in one line", "tr '\\0' x < /dev/zero | head -c 67108864 > $F", ("unit-file", FAILED, "67108864 bytes"), ""),
    case("ten thousand drop-ins",
        "printf '[Service]\\nExecStart=/usr/bin/sleep infinity\\n' > $F; mkdir $F.d; cd $F.d; \
         python3 -c 'for i in range(10000): print(\"[Service]\\nRestartSec=7\", file=open(f\"{i:05}.conf\", \"w\"))'",
        ("restart-delay", FAILED, "RestartSec=7s"), ""),
    case("a line of a megabyte",
        "{ printf '[Unit]\\nDescription='; tr '\\0' x < /dev/zero | head -c 1000000; printf '\\n[Service]\\nExecStart=/usr/bin/sleep infinity\\n'; } > $F",
        ("unit-file", &[Status::Unknown], "wrote more than"), ""),
    case("a FIFO", "mkfifo $F", ("unit-file", FAILED, "is a FIFO"), ""),
    case("an endless device", "ln -s /dev/zero $F", ("unit-file", FAILED, "is a device"), ""),
    case("a link to /dev/null", "ln -s /dev/null $F", ("unit-file", FAILED, "masked"), ""),
    case("a loop of links", "ln -s sre-app.service $F", ("unit-file", FAILED, "a loop of links"), ""),
    case("a dangling link", "ln -s /nowhere $F", ("unit-file", FAILED, "a link to a missing file"), ""),
    case("a directory", "mkdir $F", ("unit-file", FAILED, "is a directory"), ""),
    case("zeros", "head -c 4096 /dev/zero > $F", ("unit-file", FAILED, ""), ""),
    // The manager reads as far as the zero, and no one is called `no`.
    case("a zero in a value",
        "printf '[Service]\\nExecStart=/usr/bin/sleep infinity\\nUser=no\\000body\\n' > $F; systemctl start sre-app || :",
        ("running", &[Status::Failed, Status::Blocked], ""), ""),
    case("bytes that are no text", "printf '[Service]\\nExecStart=/usr/bin/sleep infinity\\nUser=\\377\\376\\n' > $F",
        ("user-set", &[Status::Failed, Status::Blocked], ""), ""),
    case("escapes in values",
        "printf '[Unit]\\nDescription=\\033[2J\\033]0;owned\\007\\n[Service]\\nExecStart=/usr/bin/sleep infinity\\nRestartSec=\\033[31m3\\302\\233m\\n' > $F",
        ("restart-delay", FAILED, "100ms"), "\\x1b[31m3\\u{9b}m"),
    case("escapes in a policy and a command",
        "printf '[Service]\\nExecStart=/usr/bin/sleep infinity \\033[1A\\033[2K\\nRestart=always \\033]52;c;b3duZWQ=\\007\\n' > $F",
        ("restarts", FAILED, "Restart=no"), "\\x1b]52;c;b3duZWQ=\\x07"),
    case("escapes in a user", "printf '[Service]\\nExecStart=/usr/bin/sleep infinity\\nUser=\\033[8mroot\\n' > $F",
        ("user-set", &[Status::Failed, Status::Blocked], ""), ""),
    case("escapes in a program's name", "printf '[Service]\\nExecStart=/nonexistent/\\342\\200\\256gnp.exe\\n' > $F; systemctl start sre-app || :",
        ("running", FAILED, ""), "\\u{202e}gnp.exe"),
];

/// A check that may take so much time and memory and no more.
fn check(env: &TestEnv, format: &str) -> Output {
    let inner = env.command(&["check", "sre-app", "--color", "never", "--format", format]);
    let mut outer = Command::new("timeout");
    outer.args(["--kill-after=5", TIMEOUT, "sh", "-c", &format!("ulimit -v {MEMORY}; exec \"$0\" \"$@\""), UNITLAB]);
    outer.args(inner.get_args()).env_clear().stdin(std::process::Stdio::null());
    outer.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    outer.output().unwrap()
}

/// Checks as a person and as a program would, and returns what the person reads as well.
fn graded(env: &TestEnv, name: &str) -> (Report, String) {
    let (json, human) = thread::scope(|scope| {
        let human = scope.spawn(|| check(env, "human"));
        (check(env, "json"), human.join().unwrap())
    });
    for output in [&human, &json] {
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(!err.contains("panicked"), "{name}: {err}");
        assert!(matches!(output.status.code(), Some(1 | 3)), "{name}: {}\n{out}\n{err}", output.status);
        let armed: Vec<char> = out.chars().chain(err.chars()).filter(|c| *c != '\n' && deceives(*c)).collect();
        assert!(armed.is_empty(), "{name}: {armed:?} in\n{out}\n{err}");
    }
    let report: Report = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json.status.code(), Some(i32::from(report.exit_code())), "{name}");
    assert_eq!(human.status.code(), json.status.code(), "{name}");
    assert_ne!(report.score.passed, Some(true), "{name}");
    (report, String::from_utf8(human.stdout).unwrap())
}

fn find<'a>(report: &'a Report, id: &str) -> &'a CheckReport {
    report.checks.iter().find(|check| check.id == id).unwrap()
}

/// The lab, on the OS tree that is to be proven.
fn start(env: &TestEnv) {
    let tree = env.lab_runner().os_tree;
    env.unitlab_stdout(&["lab", "start", "sre-app", "--no-shell", "--os-tree", tree.to_str().unwrap()]);
}

fn lay(env: &TestEnv, script: &str) {
    let whole = format!("set -eu; F=/etc/systemd/system/sre-app.service; {script}");
    env.unitlab_stdout(&["lab", "exec", "sre-app", "--", "sh", "-c", &whole]);
}

#[test]
fn each_is_bounded_shown_unarmed_and_judged() {
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while let Some(case) = CASES.get(next.fetch_add(1, Ordering::Relaxed)) {
                    // Each in a sandbox of its own: some of these stop its manager for good.
                    let Some(env) = test_env() else { return };
                    start(&env);
                    lay(&env, case.script);
                    let (report, human) = graded(&env, case.name);
                    let (check, statuses, says) = case.verdict;
                    let found = find(&report, check);
                    let judged = statuses.contains(&found.status) && found.observed.contains(says);
                    if !judged || !human.contains(case.shows) {
                        let text = format!("{}: {:?} {}\n{human}", case.name, found.status, found.observed);
                        wrong.lock().unwrap().push(text);
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// systemd 252 opens a drop-in without checking its type. With a FIFO, PID 1 waits for a writer and answers no request.
#[test]
fn a_drop_in_that_stops_the_manager_is_unknown_and_can_be_left() {
    let Some(env) = test_env() else { return };
    start(&env);
    lay(&env, "printf '[Service]\\nExecStart=/usr/bin/sleep infinity\\n' > $F; mkdir $F.d; mkfifo $F.d/x.conf");
    let (report, human) = graded(&env, "a FIFO for a drop-in");
    let unit_file = find(&report, "unit-file");
    assert_ne!(unit_file.status, Status::Passed);
    if report.place.systemd == "252" {
        assert_eq!((unit_file.status, report.exit_code()), (Status::Unknown, 3), "{}", unit_file.observed);
        assert!(unit_file.observed.contains("does not answer"), "{}", unit_file.observed);
        assert!(human.contains("x.conf is a FIFO"), "{human}");
    }
    env.unitlab_stdout(&["lab", "stop", "sre-app"]);
    let left: Vec<String> =
        env.estate.sandboxes().iter().filter(|it| it.is_running()).map(|it| it.name().to_owned()).collect();
    assert!(left.is_empty(), "still running: {left:?}");
    assert!(env.estate.leftovers().is_empty(), "{:?}", env.estate.leftovers());
}

/// The learner's manager has read the files before the FIFO came, and does not know; the next boot will.
#[test]
fn a_drop_in_that_stops_the_next_boot_is_not_passed() {
    let Some(env) = test_env() else { return };
    start(&env);
    env.unitlab_stdout(&["lab", "solve", "sre-app", "--yes"]);
    lay(&env, "mkdir $F.d; mkfifo $F.d/x.conf");
    let (report, human) = graded(&env, "a FIFO for a later drop-in");
    assert_ne!(find(&report, "enabled").status, Status::Passed, "{human}");
    env.unitlab_stdout(&["lab", "stop", "sre-app"]);
    assert!(env.estate.leftovers().is_empty(), "{:?}", env.estate.leftovers());
}
