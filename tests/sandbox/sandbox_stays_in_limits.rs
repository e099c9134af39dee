//! A sandbox cannot use up the host's tasks, memory or disk.

use std::fs;
use std::process::Command;

use crate::common::traces::{cgroups_of, record, traces};
use crate::common::{TestEnv, course, run_in_sandbox};
use unitlab::app::Twins;

tests! {
    a_fork_bomb_and_a_large_allocation_stay_in_limits,
    a_sandbox_cannot_fill_the_hosts_disk,
}

const NAME: &str = "0-sre-app";
const START: [&str; 4] = ["lab", "start", "sre-app", "--no-shell"];

/// Verified to fail without the sandbox's limits: the fork bomb reached 3859 tasks, although its own unit had a `TasksMax=`,
/// and the other program allocated three gigabytes.
fn a_fork_bomb_and_a_large_allocation_stay_in_limits(env: TestEnv) {
    env.unitlab_stdout(&START);
    let before = record(&env, NAME);
    let groups = cgroups_of(&before);
    let limit = |file: &str| groups.iter().map(|dir| dir.join("machine").join(file)).find(|path| path.exists());
    if let Some(limit) = limit("pids.max") {
        // It forks until fork(2) fails, then prints the number of its children.
        let bomb = "import os, signal, time\nn = 0\ntry:\n  while n < 5000:\n    if os.fork() == 0: signal.pause()\n    n += 1\nexcept OSError: pass\nprint(n, flush=True)\nsignal.pause()";
        env.unitlab_stdout(&[
            "lab",
            "exec",
            "sre-app",
            "--",
            "systemd-run",
            "--quiet",
            "-p",
            "TasksMax=infinity",
            "--unit=bomb",
            "python3",
            "-c",
            bomb,
        ]);
        env.unitlab(&[
            "lab",
            "exec",
            "sre-app",
            "--",
            "sh",
            "-c",
            "journalctl -u bomb -f -n all -o cat | grep -m1 '^[0-9]'",
        ]);
        let now: u32 = fs::read_to_string(limit.with_file_name("pids.current")).unwrap().trim().parse().unwrap();
        assert!(now <= 1024, "{now} tasks");
        // The host can still start processes.
        assert!(Command::new("true").status().unwrap().success());
        env.unitlab_stdout(&["lab", "stop", "sre-app"]);
        assert_eq!(traces(&env, &groups), [""; 0]);
        env.unitlab_stdout(&START);
    }
    let groups = cgroups_of(&record(&env, NAME));
    let limited = |file: &str| groups.iter().any(|dir| dir.join("machine").join(file).exists());
    if ["memory.max", "memory.limit_in_bytes"].iter().any(|file| limited(file)) {
        let hog = "import mmap\nfor n in range(3 << 10): m = mmap.mmap(-1, 1 << 20); m.write(b'x' * (1 << 20)); globals()[f'm{n}'] = m";
        let output = env.unitlab(&["lab", "exec", "sre-app", "--", "python3", "-c", hog]);
        assert_ne!(output.status.code(), Some(0), "the program could allocate three gigabytes");
        env.unitlab_stdout(&["lab", "stop", "sre-app"]);
    }
}

/// Verified to fail with a tmpfs without a size: it used memory until everything in the sandbox was killed. A root on disk
/// would have filled the host's disk.
fn a_sandbox_cannot_fill_the_hosts_disk(env: TestEnv) {
    let course = course();
    let session = env.lab_session(course.lab("sre-app").unwrap(), "full");
    let fill = "import os\ntry:\n  with open('/var/big', 'wb', 0) as big:\n    while True: big.write(bytes(1 << 20))\nexcept OSError as error: print(error.strerror)\n\
                try:\n  for n in range(1000000): os.mkdir(f'/opt/{n}')\nexcept OSError as error: print(error.strerror)\n\
                root = os.statvfs('/')\nprint(root.f_blocks * root.f_frsize >> 20, root.f_bavail)";
    // Measured inside, because other processes use the host's disk meanwhile.
    let output = run_in_sandbox(&session, &["python3", "-c", fill]);
    let no_space = "No space left on device\n";
    assert_eq!(output, format!("{no_space}{no_space}256 0\n"));
    let device = |path: &str| run_in_sandbox(&session, &["stat", "-f", "-c", "%T", path]);
    assert_eq!([device("/"), device("/var"), device("/home")], ["tmpfs\n"; 3]);
    // A full sandbox can still be graded, with or without a twin.
    let lab = course.lab("sre-app").unwrap();
    let graded = session.grade(lab, Twins::One);
    assert!(graded.checks.iter().all(|check| check.earned == 0), "an untouched lab has earned points");
    session.close().unwrap();
}
