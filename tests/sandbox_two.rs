//! Two sandboxes never meet, one lab is started once, a twin does not disturb its original, and what a learner did is
//! kept until a reset.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test starts programs and fails by panicking")]

mod common;

use std::collections::BTreeSet;
use std::process::Output;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use common::traces::{await_exit, await_sandbox, cgroups_of, pid_of, record, traces};
use common::{TestEnv, course, run_in_sandbox, test_env};
use unitlab::app::LabSession;
use unitlab::sandbox::launch_twin;

const NAME: &str = "0-sre-app";
const START: [&str; 4] = ["lab", "start", "sre-app", "--no-shell"];

fn exec(env: &TestEnv, script: &str) -> Output {
    env.unitlab(&["lab", "exec", "sre-app", "--", "sh", "-c", script])
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Leaves something of each kind that could be met by another: a process, a listener on a port, an abstract socket,
/// shared memory, a message queue.
const LEAVE: &str = r#"
import ctypes, os, socket, subprocess, sys
port = socket.create_server(("0.0.0.0", 4711))
name = socket.socket(socket.AF_UNIX); name.bind("\0unitlab-meet"); name.listen()
libc = ctypes.CDLL(None, use_errno=True)
assert libc.shmget(0x756c, 4096, 0o1666) >= 0
assert libc.msgget(0x756c, 0o1666) >= 0
open("/dev/shm/unitlab-meet", "w").close()
print("left", flush=True)
subprocess.run(["sleep", "4711"])
"#;

/// Looks for each of them; prints what was met.
const MEET: &str = r#"
import ctypes, glob, os, socket
def meets(what, look):
    try: look()
    except OSError as error: return
    print("met", what)
meets("port", lambda: socket.create_connection(("127.0.0.1", 4711), 1))
meets("abstract socket", lambda: socket.socket(socket.AF_UNIX).connect("\0unitlab-meet"))
libc = ctypes.CDLL(None, use_errno=True)
if libc.shmget(0x756c, 0, 0) >= 0: print("met shared memory")
if libc.msgget(0x756c, 0) >= 0: print("met a message queue")
if os.path.exists("/dev/shm/unitlab-meet"): print("met a file of shared memory")
for path in glob.glob("/proc/[0-9]*/cmdline"):
    if open(path, "rb").read() == b"sleep\x004711\x00": print("met a process")
if any("unitlab-meet" in row for row in open("/proc/net/unix")): print("met the name of a socket")
print("interfaces", sorted(os.listdir("/sys/class/net")))
"#;

/// The naive way, tried by hand: without `--private-network` (as nspawn is started by default) the second met the
/// port, the abstract socket and its name, and the interfaces of the host.
#[test]
fn two_sandboxes_never_meet() {
    let Some(env) = test_env() else { return };
    let course = course();
    let lab = course.lab("sre-app").unwrap();
    let [one, two] = ["one", "two"].map(|name| env.lab_session(lab, name));
    let run = |session: &LabSession, unit: &str, code: &str| {
        run_in_sandbox(
            session,
            &["systemd-run", "--quiet", "--service-type=exec", "--unit", unit, "python3", "-uc", code],
        );
    };
    run(&one, "leave", LEAVE);
    // Follows the journal until the word is there.
    run_in_sandbox(&one, &["sh", "-c", "journalctl -u leave -f -n all -o cat | grep -m1 left"]);
    let everything = run_in_sandbox(&one, &["python3", "-c", MEET]);
    for what in ["port", "abstract socket", "shared memory", "a message queue", "a process"] {
        assert!(everything.contains(&format!("met {what}")), "at home nothing is met: the test proves nothing");
    }
    assert_eq!(run_in_sandbox(&two, &["python3", "-c", MEET]), "interfaces ['lo']\n");
    // Nor does the host meet any of it.
    let host = std::process::Command::new("python3").args(["-c", MEET]).output().unwrap();
    let host = said(&host.stdout);
    let met: Vec<_> = host.lines().filter(|line| line.starts_with("met") && *line != "met a process").collect();
    assert!(met.is_empty(), "{met:?}");

    let [one, two] = [one, two].map(|session| record(&env, session.sandbox().name()));
    let base = |record: &serde_json::Value| record["base"].as_u64().unwrap();
    assert!(base(&one).abs_diff(base(&two)) >= 65536, "their uids overlap");
    let groups = [cgroups_of(&one), cgroups_of(&two)].map(BTreeSet::from_iter);
    assert!(groups[0].is_disjoint(&groups[1]) && !groups[0].is_empty());
    for (mine, theirs) in groups[0].iter().zip(&groups[1]) {
        assert!(!mine.starts_with(theirs) && !theirs.starts_with(mine));
    }
}

/// Without the lifecycle lock, three starts at once swept up each other's files, and none of them came up. With looks
/// that take the lock for a moment, all three can be refused.
#[test]
fn of_starts_at_the_same_time_exactly_one_succeeds() {
    let Some(env) = test_env() else { return };
    let over = AtomicBool::new(false);
    let ends = thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                let _ = env.estate.leftovers();
            }
        });
        let starts = [0, 1, 2].map(|_| {
            let mut start = env.command(&START);
            start.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap()
        });
        let ends = starts.map(|start| start.wait_with_output().unwrap());
        over.store(true, Ordering::Relaxed);
        ends
    });
    let codes: Vec<_> = ends.iter().map(|end| end.status.code().unwrap()).collect();
    assert_eq!(codes.iter().filter(|code| **code == 0).count(), 1, "{ends:#?}");
    assert_eq!(codes.iter().filter(|code| **code == 2).count(), 2, "{ends:#?}");
    // And later.
    let before = record(&env, NAME);
    let again = env.unitlab(&START);
    assert_eq!(again.status.code(), Some(2));
    assert!(said(&again.stderr).contains("already running"), "{}", said(&again.stderr));
    assert_eq!(record(&env, NAME), before);
    assert_eq!(said(&exec(&env, "systemctl is-system-running").stdout), "running\n");
}

/// Not hostile; nothing naive to be tried.
#[test]
fn work_is_kept_until_a_reset() {
    let Some(env) = test_env() else { return };
    env.unitlab_stdout(&START);
    let write = "useradd -r mine; echo work > /opt/work; chown mine /opt/work; cat /etc/machine-id /proc/sys/kernel/random/boot_id";
    let first = said(&exec(&env, write).stdout);
    let look = "stat -c %U /opt/work; cat /opt/work /etc/machine-id /proc/sys/kernel/random/boot_id";

    env.unitlab_stdout(&["lab", "stop", "sre-app"]);
    assert_eq!(env.unitlab(&["check", "sre-app"]).status.code(), Some(3), "a stopped lab cannot be told about");
    assert!(env.unitlab_stdout(&START).contains("as you left it"));
    let second = said(&exec(&env, look).stdout);
    let (machine, boot) = first.trim().split_once('\n').unwrap();
    assert!(second.starts_with(&format!("mine\nwork\n{machine}\n")), "{second}");
    assert!(!second.contains(boot), "it has not booted again");

    // Reboot from inside: the same, without a word to unitlab.
    let before = record(&env, NAME);
    exec(&env, "systemctl reboot");
    let came_back = |record: &serde_json::Value| record["leader"] != before["leader"] && record["stage"] == "up";
    await_sandbox(&env, |_| came_back(&record(&env, NAME)));
    let third = said(&exec(&env, look).stdout);
    assert!(third.starts_with(&format!("mine\nwork\n{machine}\n")), "{third}");
    assert_ne!(third, second, "it has not rebooted");
    assert_eq!(record(&env, NAME)["supervisor"], before["supervisor"]);

    // A reset asks first; then all of it is gone, the machine's identity too.
    assert_eq!(env.unitlab(&["lab", "reset", "sre-app"]).status.code(), Some(2), "it asks, and nobody is there");
    assert_eq!(said(&exec(&env, "cat /opt/work").stdout), "work\n");
    env.unitlab_stdout(&["lab", "reset", "sre-app", "--yes"]);
    let fourth = said(&exec(&env, "ls /opt; getent passwd mine; cat /etc/machine-id").stdout);
    assert!(!fourth.contains("work") && !fourth.contains("mine") && !fourth.contains(machine), "{fourth}");

    // Switched off from inside: as good as a stop.
    let last = record(&env, NAME);
    exec(&env, "systemctl poweroff");
    await_exit(pid_of(&last, "supervisor"));
    assert_eq!(traces(&env, &cgroups_of(&last)), [""; 0]);
    assert!(env.unitlab_stdout(&START).contains("as you left it"));
}

/// The naive way, tried by hand: with the same done to the original, as a check without a twin would have to, its boot
/// is no other and everything that it ran is killed.
#[test]
fn a_twin_does_not_disturb_its_original() {
    let Some(env) = test_env() else { return };
    let course = course();
    let session = env.lab_session(course.lab("sre-app").unwrap(), "original");
    run_in_sandbox(&session, &["systemd-run", "--quiet", "--unit=steady", "sleep", "1000"]);
    let look = "cat /proc/sys/kernel/random/boot_id /etc/machine-id; systemctl show -P InvocationID -P MainPID steady dbus systemd-logind; \
                systemctl show -P UserspaceTimestampMonotonic; find / -xdev -type f -newer /etc/hostname -not -path '/var/log/*' | sort";
    let look = || run_in_sandbox(&session, &["sh", "-c", look]);
    let before = look();
    let (twin, copied, lease) = launch_twin(&env.estate, session.sandbox()).unwrap();
    let in_twin = |argv: &[&str]| copied.entrance().unwrap().capture(argv, b"").unwrap().output;
    // It is a machine of its own, with the same files.
    assert_eq!(in_twin(&["cat", "/etc/machine-id"]), run_in_sandbox(&session, &["cat", "/etc/machine-id"]));
    assert_ne!(
        in_twin(&["cat", "/proc/sys/kernel/random/boot_id"]),
        run_in_sandbox(&session, &["cat", "/proc/sys/kernel/random/boot_id"])
    );
    // Whatever is done to it is done to it alone.
    in_twin(&["sh", "-c", "touch /opt/twin; rm -rf /etc/systemd/system/*; kill -9 -1"]);
    assert_eq!(look(), before);
    twin.stop().unwrap();
    drop(lease);
    assert!(!twin.exists());
    assert_eq!(look(), before);
}
