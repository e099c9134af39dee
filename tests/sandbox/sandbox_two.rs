//! Two sandboxes cannot reach each other, a lab is started only once, a twin does not disturb its original, and a learner's
//! work is kept until a reset.

use std::collections::BTreeSet;
use std::process::Output;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::common::traces::{await_exit, await_sandbox, cgroups_of, pid_of, record, traces};
use crate::common::{TestEnv, course, run_in_sandbox};
use unitlab::app::LabSession;
use unitlab::sandbox::launch_twin;

tests! {
    two_sandboxes_cannot_reach_each_other,
    exactly_one_of_several_simultaneous_starts_succeeds,
    work_is_kept_until_a_reset,
    a_twin_does_not_disturb_its_original,
}

const NAME: &str = "0-sre-app";
const START: [&str; 4] = ["lab", "start", "sre-app", "--no-shell"];

fn exec(env: &TestEnv, script: &str) -> Output {
    env.unitlab(&["lab", "exec", "sre-app", "--", "sh", "-c", script])
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Creates one of each thing that another sandbox could reach: a process, a listener on a port, an abstract socket, shared
/// memory, a message queue.
const CREATE: &str = r#"
import ctypes, os, socket, subprocess, sys
port = socket.create_server(("0.0.0.0", 4711))
name = socket.socket(socket.AF_UNIX); name.bind("\0unitlab-two"); name.listen()
libc = ctypes.CDLL(None, use_errno=True)
assert libc.shmget(0x756c, 4096, 0o1666) >= 0
assert libc.msgget(0x756c, 0o1666) >= 0
open("/dev/shm/unitlab-two", "w").close()
print("created", flush=True)
subprocess.run(["sleep", "4711"])
"#;

/// Prints which of them it can reach.
const REACH: &str = r#"
import ctypes, glob, os, socket
def check(what, attempt):
    try: attempt()
    except OSError as error: return
    print("reached", what)
check("port", lambda: socket.create_connection(("127.0.0.1", 4711), 1))
check("abstract socket", lambda: socket.socket(socket.AF_UNIX).connect("\0unitlab-two"))
libc = ctypes.CDLL(None, use_errno=True)
if libc.shmget(0x756c, 0, 0) >= 0: print("reached shared memory")
if libc.msgget(0x756c, 0) >= 0: print("reached a message queue")
if os.path.exists("/dev/shm/unitlab-two"): print("reached a file of shared memory")
for path in glob.glob("/proc/[0-9]*/cmdline"):
    if open(path, "rb").read() == b"sleep\x004711\x00": print("reached a process")
if any("unitlab-two" in row for row in open("/proc/net/unix")): print("reached the name of a socket")
print("interfaces", sorted(os.listdir("/sys/class/net")))
"#;

/// Verified to fail without `--private-network`, as nspawn starts by default: the second sandbox reached the port, the
/// abstract socket and its name, and the host's network interfaces.
fn two_sandboxes_cannot_reach_each_other(env: TestEnv) {
    let course = course();
    let lab = course.lab("sre-app").unwrap();
    let [one, two] = ["one", "two"].map(|name| env.lab_session(lab, name));
    let run = |session: &LabSession, unit: &str, code: &str| {
        run_in_sandbox(
            session,
            &["systemd-run", "--quiet", "--service-type=exec", "--unit", unit, "python3", "-uc", code],
        );
    };
    run(&one, "create", CREATE);
    // Waits until the word is in the journal.
    run_in_sandbox(&one, &["sh", "-c", "journalctl -u create -f -n all -o cat | grep -m1 created"]);
    let everything = run_in_sandbox(&one, &["python3", "-c", REACH]);
    for what in ["port", "abstract socket", "shared memory", "a message queue", "a process"] {
        assert!(
            everything.contains(&format!("reached {what}")),
            "it cannot be reached in its own sandbox: the test proves nothing"
        );
    }
    assert_eq!(run_in_sandbox(&two, &["python3", "-c", REACH]), "interfaces ['lo']\n");
    // Nor does the host reach any of it; it only sees the process.
    let host = std::process::Command::new("python3").args(["-c", REACH]).output().unwrap();
    let host = text(&host.stdout);
    let reached: Vec<_> =
        host.lines().filter(|line| line.starts_with("reached") && *line != "reached a process").collect();
    assert!(reached.is_empty(), "{reached:?}");

    let [one, two] = [one, two].map(|session| record(&env, session.sandbox().name()));
    let base = |record: &serde_json::Value| record["base"].as_u64().unwrap();
    assert!(base(&one).abs_diff(base(&two)) >= 65536, "their uids overlap");
    let groups = [cgroups_of(&one), cgroups_of(&two)].map(BTreeSet::from_iter);
    assert!(groups[0].is_disjoint(&groups[1]) && !groups[0].is_empty());
    for (mine, theirs) in groups[0].iter().zip(&groups[1]) {
        assert!(!mine.starts_with(theirs) && !theirs.starts_with(mine));
    }
}

/// Verified to fail without the lifecycle lock: three starts removed each other's files, and none came up. Also verified to
/// fail with a `leftovers` that takes the lock for a moment: all three starts can be refused.
fn exactly_one_of_several_simultaneous_starts_succeeds(env: TestEnv) {
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
    // A later start is refused, too.
    let before = record(&env, NAME);
    let again = env.unitlab(&START);
    assert_eq!(again.status.code(), Some(2));
    assert!(text(&again.stderr).contains("already running"), "{}", text(&again.stderr));
    assert_eq!(record(&env, NAME), before);
    assert_eq!(text(&exec(&env, "systemctl is-system-running").stdout), "running\n");
}

fn work_is_kept_until_a_reset(env: TestEnv) {
    env.unitlab_stdout(&START);
    let write = "useradd -r mine; echo work > /opt/work; chown mine /opt/work; cat /etc/machine-id /proc/sys/kernel/random/boot_id";
    let first = text(&exec(&env, write).stdout);
    let look = "stat -c %U /opt/work; cat /opt/work /etc/machine-id /proc/sys/kernel/random/boot_id";

    env.unitlab_stdout(&["lab", "stop", "sre-app"]);
    assert_eq!(env.unitlab(&["check", "sre-app"]).status.code(), Some(3), "a stopped lab cannot be checked");
    assert!(env.unitlab_stdout(&START).contains("as you left it"));
    let second = text(&exec(&env, look).stdout);
    let (machine, boot) = first.trim().split_once('\n').unwrap();
    assert!(second.starts_with(&format!("mine\nwork\n{machine}\n")), "{second}");
    assert!(!second.contains(boot), "it did not boot again");

    // After a reboot from inside, the work is there too, and unitlab need not do anything.
    let before = record(&env, NAME);
    exec(&env, "systemctl reboot");
    let came_back = |record: &serde_json::Value| record["leader"] != before["leader"] && record["stage"] == "up";
    await_sandbox(&env, |_| came_back(&record(&env, NAME)));
    let third = text(&exec(&env, look).stdout);
    assert!(third.starts_with(&format!("mine\nwork\n{machine}\n")), "{third}");
    assert_ne!(third, second, "it did not reboot");
    assert_eq!(record(&env, NAME)["supervisor"], before["supervisor"]);

    // A reset needs a confirmation, then deletes everything, also the machine id.
    assert_eq!(
        env.unitlab(&["lab", "reset", "sre-app"]).status.code(),
        Some(2),
        "a reset without a terminal needs --yes"
    );
    assert_eq!(text(&exec(&env, "cat /opt/work").stdout), "work\n");
    env.unitlab_stdout(&["lab", "reset", "sre-app", "--yes"]);
    let fourth = text(&exec(&env, "ls /opt; getent passwd mine; cat /etc/machine-id").stdout);
    assert!(!fourth.contains("work") && !fourth.contains("mine") && !fourth.contains(machine), "{fourth}");

    // A poweroff from inside is as good as a stop.
    let last = record(&env, NAME);
    exec(&env, "systemctl poweroff");
    await_exit(pid_of(&last, "supervisor"));
    assert_eq!(traces(&env, &cgroups_of(&last)), [""; 0]);
    assert!(env.unitlab_stdout(&START).contains("as you left it"));
}

/// Verified to fail if the same commands run in the original, as a check without a twin would do: everything in it is
/// killed.
fn a_twin_does_not_disturb_its_original(env: TestEnv) {
    let course = course();
    let session = env.lab_session(course.lab("sre-app").unwrap(), "original");
    run_in_sandbox(&session, &["systemd-run", "--quiet", "--unit=witness", "sleep", "1000"]);
    let look = "cat /proc/sys/kernel/random/boot_id /etc/machine-id; systemctl show -P InvocationID -P MainPID witness dbus systemd-logind; \
                systemctl show -P UserspaceTimestampMonotonic; find / -xdev -type f -newer /etc/hostname -not -path '/var/log/*' | sort";
    let look = || run_in_sandbox(&session, &["sh", "-c", look]);
    let before = look();
    let (twin, copied, lease) = launch_twin(&env.estate, session.sandbox()).unwrap();
    let in_twin = |argv: &[&str]| copied.entrance().unwrap().capture(argv, b"").unwrap().output;
    // It has the same files and its own boot.
    assert_eq!(in_twin(&["cat", "/etc/machine-id"]), run_in_sandbox(&session, &["cat", "/etc/machine-id"]));
    assert_ne!(
        in_twin(&["cat", "/proc/sys/kernel/random/boot_id"]),
        run_in_sandbox(&session, &["cat", "/proc/sys/kernel/random/boot_id"])
    );
    // Commands in the twin do not change the original.
    in_twin(&["sh", "-c", "touch /opt/twin; rm -rf /etc/systemd/system/*; kill -9 -1"]);
    assert_eq!(look(), before);
    twin.stop().unwrap();
    drop(lease);
    assert!(!twin.exists());
    assert_eq!(look(), before);
}
