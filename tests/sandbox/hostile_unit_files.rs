//! With a hostile unit file, a check stays within its time and memory limits, escapes control characters, and gives a
//! verdict.
//!
//! Root creates each file in a real sandbox, as a learner could. The whole program grades it, with a twin.

use std::process::{Command, Output};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::common::{CanBoot, TestEnv, UNITLAB};
use unitlab::model::{CheckReport, Report, Status, deceives};

tests! {
    a_hostile_unit_file_is_judged_within_limits_and_shown_escaped,
    a_drop_in_that_blocks_the_manager_is_unknown_and_the_lab_still_stops,
    a_drop_in_that_blocks_the_next_boot_does_not_pass,
}

/// Address space, in KiB, of unitlab and of the examiner in the sandbox. It is less than 1 GiB, the size of the largest
/// file here. An allocation above the limit fails, and the program aborts.
const MEMORY: &str = "786432";
/// Seconds after which timeout(1) kills the check. Such a check gives no verdict.
const TIMEOUT: &str = "90";

/// A hostile unit file and the expected result.
struct Case {
    name: &'static str,
    /// Creates the unit file. `$F` is its path.
    script: &'static str,
    /// The id of a check, its allowed statuses, and a part of the observed text.
    verdict: (&'static str, &'static [Status], &'static str),
    /// A text that the human report must contain.
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
/// For files that may keep the manager busy, or block it, for longer than unitlab waits for an answer.
const FAILED_OR_UNKNOWN: &[Status] = &[Status::Failed, Status::Unknown];

#[rustfmt::skip]
const CASES: [Case; 18] = [
    // The slowest cases come first. The manager follows the link, and waits for a writer.
    case("a link to a FIFO", "mkfifo /run/p; ln -s /run/p $F", ("unit-file", FAILED_OR_UNKNOWN, ""), "a FIFO"),
    // The manager reads all its zeros.
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
    // The manager reads up to the zero byte, and there is no user `no`.
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

/// Runs a check within the limits of time and memory.
fn limited_check(env: &TestEnv, format: &str) -> Output {
    let inner = env.command(&["check", "sre-app", "--color", "never", "--format", format]);
    let mut outer = Command::new("timeout");
    outer.args(["--kill-after=5", TIMEOUT, "sh", "-c", &format!("ulimit -v {MEMORY}; exec \"$0\" \"$@\""), UNITLAB]);
    outer.args(inner.get_args()).env_clear().stdin(std::process::Stdio::null());
    outer.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    outer.output().unwrap()
}

/// Checks with `--format json` and `--format human`. Returns the report and the human text.
fn graded(env: &TestEnv, name: &str) -> (Report, String) {
    let (json, human) = thread::scope(|scope| {
        let human = scope.spawn(|| limited_check(env, "human"));
        (limited_check(env, "json"), human.join().unwrap())
    });
    for output in [&human, &json] {
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(!err.contains("panicked"), "{name}: {err}");
        assert!(matches!(output.status.code(), Some(1 | 3)), "{name}: {}\n{out}\n{err}", output.status);
        let unescaped: Vec<char> = out.chars().chain(err.chars()).filter(|c| *c != '\n' && deceives(*c)).collect();
        assert!(unescaped.is_empty(), "{name}: {unescaped:?} in\n{out}\n{err}");
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

/// Starts the lab on the OS tree under test.
fn start_lab(env: &TestEnv) {
    let tree = env.lab_runner().os_tree;
    env.unitlab_stdout(&["lab", "start", "sre-app", "--no-shell", "--os-tree", tree.to_str().unwrap()]);
}

fn run_script(env: &TestEnv, script: &str) {
    let whole = format!("set -eu; F=/etc/systemd/system/sre-app.service; {script}");
    env.unitlab_stdout(&["lab", "exec", "sre-app", "--", "sh", "-c", &whole]);
}

fn a_hostile_unit_file_is_judged_within_limits_and_shown_escaped(_: CanBoot) {
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while let Some(case) = CASES.get(next.fetch_add(1, Ordering::Relaxed)) {
                    // One sandbox per case, because some files block the manager for ever.
                    let env = TestEnv::new();
                    start_lab(&env);
                    run_script(&env, case.script);
                    let (report, human) = graded(&env, case.name);
                    let (check, statuses, observed) = case.verdict;
                    let found = find(&report, check);
                    let is_expected = statuses.contains(&found.status) && found.observed.contains(observed);
                    if !is_expected || !human.contains(case.shows) {
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
fn a_drop_in_that_blocks_the_manager_is_unknown_and_the_lab_still_stops(env: TestEnv) {
    start_lab(&env);
    run_script(&env, "printf '[Service]\\nExecStart=/usr/bin/sleep infinity\\n' > $F; mkdir $F.d; mkfifo $F.d/x.conf");
    let (report, human) = graded(&env, "a FIFO for a drop-in");
    let unit_file = find(&report, "unit-file");
    assert_ne!(unit_file.status, Status::Passed);
    if report.place.systemd == "252" {
        assert_eq!((unit_file.status, report.exit_code()), (Status::Unknown, 3), "{}", unit_file.observed);
        assert!(unit_file.observed.contains("does not answer"), "{}", unit_file.observed);
        assert!(human.contains("x.conf is a FIFO"), "{human}");
    }
    env.unitlab_stdout(&["lab", "stop", "sre-app"]);
    let running: Vec<String> =
        env.estate.sandboxes().iter().filter(|it| it.is_running()).map(|it| it.name().to_owned()).collect();
    assert!(running.is_empty(), "still running: {running:?}");
    assert!(env.estate.leftovers().is_empty(), "{:?}", env.estate.leftovers());
}

/// The manager loaded the unit before the FIFO existed. The next boot blocks on it.
fn a_drop_in_that_blocks_the_next_boot_does_not_pass(env: TestEnv) {
    start_lab(&env);
    env.unitlab_stdout(&["lab", "solve", "sre-app", "--yes"]);
    run_script(&env, "mkdir $F.d; mkfifo $F.d/x.conf");
    let (report, human) = graded(&env, "a FIFO for a later drop-in");
    assert_ne!(find(&report, "enabled").status, Status::Passed, "{human}");
    env.unitlab_stdout(&["lab", "stop", "sre-app"]);
    assert!(env.estate.leftovers().is_empty(), "{:?}", env.estate.leftovers());
}
