//! `unitlab course check` finds mistakes in a course's files, cases and mutants. A case leaves no trace for the next one,
//! and an interrupted check leaves no sandbox.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::process::Stdio;

use crate::common::TestEnv;
use unitlab::app::{Prover, lab_jobs};
use unitlab::course::Course;
use unitlab::model::Proof;

tests! {
    mistakes_in_files_are_reported_with_line_and_column,
    wrong_expectations_and_harmful_mutants_are_found,
    thorough_finds_a_mistake_that_the_solution_does_not_fix,
    a_case_leaves_no_trace_for_the_next,
    an_interrupted_check_leaves_no_sandbox,
}

const LAB: &str = r#"title = "A lab"
chapter = "systemctl"
minutes = 5
pass = 80
unit = "tiny.service"

[[check]]
id = "loads"
title = "It loads"
points = 40
kind = "unit-file"
why = "Why."
lesson = "systemctl"
hints = ["1", "2", "3"]

[[check]]
id = "enabled"
title = "It starts at boot"
points = 60
needs = ["loads"]
kind = "enabled"
why = "Why."
lesson = "systemctl"
hints = ["1", "2", "3"]
"#;
const UNIT: &str = "[Service]\nExecStart=/usr/bin/sleep infinity\n\n[Install]\nWantedBy=multi-user.target\n";
const APPLY: &str = "systemctl daemon-reload\nsystemctl enable --now tiny.service\n";
const UNIT_PATH: &str = "files/etc/systemd/system/tiny.service";

/// Writes a course with one small lab; `more` are further files of the lab.
fn course(env: &TestEnv, more: &[(&str, &str)]) -> PathBuf {
    let dir = env.path().join("course");
    let unit = format!("solution/{UNIT_PATH}");
    let files = [
        ("lab.toml", LAB),
        ("brief.md", "Do it."),
        ("solution/notes.md", "Done."),
        ("solution/apply.sh", APPLY),
        (unit.as_str(), UNIT),
    ];
    for (path, text) in files.iter().chain(more) {
        let path = dir.join("labs/tiny").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

/// Runs these cases, one after the other.
fn prove(env: &TestEnv, dir: &std::path::Path, names: &[&str], thorough: bool) -> Proof {
    let course = Course::open(dir).unwrap_or_else(|errors| panic!("{errors}"));
    let jobs: Vec<_> = lab_jobs(course.labs()).into_iter().filter(|job| names.contains(&job.name())).collect();
    assert_eq!(jobs.len(), names.len(), "some of {names:?} are not cases");
    Prover::new(env.lab_runner(), 1, thorough).prove(&jobs, &|_| {})
}

fn differs(proof: &Proof) -> Vec<(&str, Vec<&str>)> {
    let mut all = Vec::new();
    for proven in &proof.cases {
        assert_eq!(proven.not_tried, None, "{}", proven.case);
        all.push((proven.case.as_str(), proven.differences.iter().map(String::as_str).collect()));
    }
    all
}

fn mistakes_in_files_are_reported_with_line_and_column(env: TestEnv) {
    let dir = course(
        &env,
        &[
            ("cases/one/case.toml", "what = \"x\"\nfails = [\"enbled\"]\ndiagnosis = [\"maskd\"]\n"),
            ("cases/one/apply.sh", "true\n"),
            ("lab.toml", &format!("{LAB}\n[[harmless]]\nmutant = \"drop Service.ExecStar\"\nwhy = \"x\"\n")),
        ],
    );
    let output = env.unitlab(&["course", "check", dir.to_str().unwrap()]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(4), "{stderr}");
    for line in [
        "\n  2 | fails = [\"enbled\"]\n    |          ^^^^^^^^\n",
        r#"labs/tiny/cases/one/case.toml:2:10: the lab has no check "enbled"; did you mean "enabled"?"#,
        r#"labs/tiny/cases/one/case.toml:3:14: unknown diagnosis "maskd"; did you mean "masked"?"#,
        r#"labs/tiny/lab.toml:27:10: the solution has no mutant "drop Service.ExecStar"; did you mean "drop Service.ExecStart"?"#,
    ] {
        assert!(stderr.contains(line), "{line}\n{stderr}");
    }
}

fn wrong_expectations_and_harmful_mutants_are_found(env: TestEnv) {
    let case_unit = format!("cases/one/{UNIT_PATH}");
    let dir = course(
        &env,
        &[
            ("cases/one/case.toml", "what = \"x\"\nfails = [\"enabled\"]\ndiagnosis = [\"masked\"]\n"),
            ("cases/one/apply.sh", APPLY),
            (&case_unit, UNIT),
            ("cases/two/case.toml", "what = \"x\"\nfails = [\"enabled\"]\ndiagnosis = [\"no-install-section\"]\n"),
            ("cases/two/apply.sh", "systemctl daemon-reload\nfalse\n"),
            (&case_unit.replace("one", "two"), "[Service]\nExecStart=/usr/bin/sleep infinity\n"),
            ("lab.toml", &format!("{LAB}\n[[harmless]]\nmutant = \"drop [Install]\"\nwhy = \"It is not.\"\n")),
        ],
    );
    let args = ["--case", "one", "--case", "two", "--case", "drop [Install]", "--case", "untouched"];
    let command = [&["course", "check", dir.to_str().unwrap(), "-v"], &args[..]].concat();
    let output = env.unitlab(&command);
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(4), "{out}{err}");
    for text in [
        "✗ tiny  one\n    enabled passed, and must fail\n    masked is not diagnosed; nothing is\n",
        "✗ tiny  two\n    its script ended with exit status: 1:\n",
        "✗ tiny  drop [Install]\n    is not harmless: enabled failed:",
        "tiny: 4 cases, 3 not as expected\n",
        "waiting for systemd",
    ] {
        assert!(out.contains(text), "{text}\n{out}");
    }
    assert!(err.contains("tiny untouched (") && err.contains("): as expected\n"), "{err}");
    let strange = env.unitlab(&["course", "check", dir.to_str().unwrap(), "--case", "drop [Instal]"]);
    assert_eq!(strange.status.code(), Some(2));
    assert!(String::from_utf8(strange.stderr).unwrap().contains("did you mean \"drop [Install]\"?"));
}

fn thorough_finds_a_mistake_that_the_solution_does_not_fix(env: TestEnv) {
    let masked = "ln -s /dev/null /etc/systemd/system/tiny.service\nsystemctl daemon-reload\n";
    let more = [
        ("cases/one/case.toml", "what = \"x\"\nfails = [\"loads\"]\ndiagnosis = [\"masked\"]\n"),
        ("cases/one/apply.sh", masked),
        ("cases/two/case.toml", "what = \"x\"\nfails = [\"loads\"]\n"),
        // The solution does not remove this drop-in.
        (
            "cases/two/apply.sh",
            "mkdir -p /etc/systemd/system/tiny.service.d\necho '[Service]\nType=nonsense\nExecStart=x y' >/etc/systemd/system/tiny.service.d/z.conf\nsystemctl daemon-reload\n",
        ),
    ];
    let dir = course(&env, &more);
    let proof = prove(&env, &dir, &["one", "two"], true);
    let differs = differs(&proof);
    assert_eq!(differs[0], ("one", vec![]));
    assert!(differs[1].1.iter().any(|what| what.starts_with("after the solution: loads failed")), "{differs:?}");
}

/// Shell functions: `leave` makes everything that root can leave on a machine, `look` prints one line per trace found.
const TRACES: &str = r#"
leave() {
    for place in /etc /var/lib /tmp /var/tmp /run /dev/shm /home/learner /opt; do echo trace >$place/trace; done
    printf '[Service]\nExecStart=/usr/bin/sleep 4242\n' >/etc/systemd/system/trace.service
    systemctl daemon-reload
    systemctl start trace.service
    systemctl set-environment TRACE=1
    mount -t tmpfs trace /mnt
    useradd --system trace
    python3 -c 'import socket; socket.sethostname("trace")'
    ipcmk --shmem 4096 >&2
    systemd-cat --identifier=trace echo trace
    journalctl --sync
    # Says that it listens by READY=1; its name begins with a zero byte.
    systemd-run --quiet --service-type=notify -p NotifyAccess=all python3 -c '
import socket, os, signal
abstract = socket.socket(socket.AF_UNIX)
abstract.bind("\0trace")
abstract.listen()
port = socket.create_server(("127.0.0.1", 4242))
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])
signal.pause()'
}
look() {
    for place in /etc /var/lib /tmp /var/tmp /run /dev/shm /home/learner /opt; do
        test ! -e $place/trace || echo "file in $place"
    done
    test "$(systemctl show -P LoadState trace.service)" = not-found || echo unit
    ! systemctl show-environment | grep -q ^TRACE= || echo environment
    ! grep -q 4242 /proc/[0-9]*/cmdline 2>/dev/null || echo process
    ! grep -q ^trace /proc/mounts || echo mount
    ! id trace >/dev/null 2>&1 || echo account
    test "$(cat /proc/sys/kernel/hostname)" != trace || echo host name
    test "$(wc -l </proc/sysvipc/shm)" = 1 || echo shared memory
    test -z "$(journalctl --quiet --identifier=trace)" || echo journal
    ! grep -q @trace /proc/net/unix || echo abstract socket
    ! grep -q :1092 /proc/net/tcp || echo port
}
# add_key(2) into the user's keyring, and keyctl(2) to find it there; a sandbox refuses both.
keyring() {
    python3 -c '
import ctypes, os, sys
add, find = {"x86_64": (248, 250), "aarch64": (217, 219)}[os.uname().machine]
call = ctypes.CDLL(None, use_errno=True).syscall
if sys.argv[1] == "leave":
    call(add, b"user", b"unitlab-trace", b"x", 1, -4)
elif call(find, 10, -4, b"user", b"unitlab-trace", 0) >= 0:
    print("keyring")' "$1"
}
"#;

fn a_case_leaves_no_trace_for_the_next(env: TestEnv) {
    let case = "what = \"x\"\nfails = []\n";
    let leaves = format!(
        "set -eu\n{TRACES}\n{APPLY}\nleave\nkeyring leave\ntest \"$(look | wc -l)\" = 18 || {{ look; exit 1; }}\n"
    );
    let sees = format!(
        "set -eu\n{TRACES}\n{APPLY}\nlook >/run/seen\nkeyring look >>/run/seen\ncat /run/seen\ntest ! -s /run/seen\n"
    );
    let unit = |name: &str| format!("cases/{name}/{UNIT_PATH}");
    // The second sandbox boots while the first case runs, the third after it.
    let more = [
        ("cases/a-leaves/case.toml", case),
        ("cases/a-leaves/apply.sh", &leaves),
        (&unit("a-leaves"), UNIT),
        ("cases/b-sees/case.toml", case),
        ("cases/b-sees/apply.sh", &sees),
        (&unit("b-sees"), UNIT),
        ("cases/c-sees/case.toml", case),
        ("cases/c-sees/apply.sh", &sees),
        (&unit("c-sees"), UNIT),
    ];
    let dir = course(&env, &more);
    let proof = prove(&env, &dir, &["a-leaves", "b-sees", "c-sees"], false);
    assert_eq!(differs(&proof), [("a-leaves", vec![]), ("b-sees", vec![]), ("c-sees", vec![])]);
    assert_eq!(env.estate.sandboxes().len(), 0);
}

fn an_interrupted_check_leaves_no_sandbox(env: TestEnv) {
    // This case never ends by itself, so the check is interrupted in the middle of it.
    let dir = course(
        &env,
        &[("cases/one/case.toml", "what = \"x\"\nfails = [\"loads\"]\n"), ("cases/one/apply.sh", "sleep infinity\n")],
    );
    let args = ["course", "check", dir.to_str().unwrap(), "-v", "--jobs", "2", "--case", "one", "--case", "untouched"];
    let mut child = env.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    assert!(line.starts_with("tiny untouched "), "{line}");
    assert!(!env.estate.sandboxes().is_empty());
    let pid = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest}");
    let left: Vec<_> = env.estate.sandboxes().iter().map(|sandbox| sandbox.name().to_owned()).collect();
    assert!(left.is_empty(), "{left:?}");
}
