//! Finds what a sandbox left on the host, by the path of the test's estate and the control groups in its records.

use std::collections::BTreeSet;
use std::fs;
use std::os::fd::AsFd;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify;
use rustix::process::{Pid, PidfdFlags, Signal};

use super::TestEnv;

/// How long a test waits for an event before it fails.
pub const TIMEOUT: Duration = Duration::from_secs(30);

/// Between two looks at something of which the kernel sends no notification.
const PAUSE: Duration = Duration::from_millis(5);

/// The record of a sandbox, as it is on disk.
pub fn record(env: &TestEnv, name: &str) -> serde_json::Value {
    let path = env.estate.sandbox(name).dir().join("record.json");
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// Returns the PID of `role` in a record: `supervisor` or `leader`.
pub fn pid_of(record: &serde_json::Value, role: &str) -> i32 {
    i32::try_from(record[role]["pid"].as_i64().unwrap()).unwrap()
}

/// The control groups in a record.
pub fn cgroups_of(record: &serde_json::Value) -> Vec<PathBuf> {
    record["cgroups"].as_array().unwrap().iter().map(|dir| dir.as_str().unwrap().into()).collect()
}

/// Returns the PID of systemd-nspawn, the parent of the payload's PID 1.
pub fn nspawn_of(record: &serde_json::Value) -> i32 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid_of(record, "leader"))).unwrap();
    stat.rsplit_once(')').unwrap().1.split_ascii_whitespace().nth(1).unwrap().parse().unwrap()
}

/// kill(2) for a process that may have exited.
pub fn kill(pid: i32, signal: Signal) {
    let _ = rustix::process::kill_process(Pid::from_raw(pid).unwrap(), signal);
}

/// Waits until a process exits, child or not.
pub fn await_exit(pid: i32) {
    let Ok(process) = rustix::process::pidfd_open(Pid::from_raw(pid).unwrap(), PidfdFlags::empty()) else { return };
    assert!(is_readable(&process), "process {pid} does not exit: {}", command_line(pid));
}

fn is_readable(fd: &impl AsFd) -> bool {
    let timeout = Timespec::try_from(TIMEOUT).unwrap();
    poll(&mut [PollFd::from_borrowed_fd(fd.as_fd(), PollFlags::IN)], Some(&timeout)).unwrap() > 0
}

/// Waits for a sandbox of this estate whose directory fulfils `condition`, and returns the directory.
pub fn await_sandbox(env: &TestEnv, condition: impl Fn(&Path) -> bool) -> PathBuf {
    let sandboxes = env.estate.root().join("sandboxes");
    fs::create_dir_all(&sandboxes).unwrap();
    let events = inotify::init(inotify::CreateFlags::CLOEXEC).unwrap();
    let kinds = inotify::WatchFlags::CREATE | inotify::WatchFlags::MOVED_TO | inotify::WatchFlags::CLOSE_WRITE;
    loop {
        // Watch first, then look, so that no event is lost in between.
        inotify::add_watch(&events, &sandboxes, kinds).unwrap();
        for sandbox in env.estate.sandboxes() {
            let _ = inotify::add_watch(&events, sandbox.dir(), kinds);
            if condition(sandbox.dir()) {
                return sandbox.dir().to_owned();
            }
        }
        assert!(is_readable(&events), "no sandbox fulfils the condition");
        rustix::io::read(&events, &mut [0; 4096]).unwrap();
    }
}

/// Waits until a file exists. Its directory must exist.
pub fn await_file(path: &Path) {
    await_change(path.parent().unwrap(), &format!("{} does not appear", path.display()), || path.exists());
}

/// Waits until files in a directory fulfil `condition`.
pub fn await_change(directory: &Path, failure: &str, condition: impl Fn() -> bool) {
    let events = inotify::init(inotify::CreateFlags::CLOEXEC).unwrap();
    let kinds = inotify::WatchFlags::CREATE | inotify::WatchFlags::MOVED_TO | inotify::WatchFlags::DELETE;
    inotify::add_watch(&events, directory, kinds | inotify::WatchFlags::CLOSE_WRITE).unwrap();
    while !condition() {
        assert!(is_readable(&events), "{failure}");
        rustix::io::read(&events, &mut [0; 4096]).unwrap();
    }
}

/// Waits for something of which the kernel sends no notification.
pub fn poll_until(failure: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + TIMEOUT;
    while !condition() {
        assert!(Instant::now() < deadline, "{failure}");
        thread::sleep(PAUSE);
    }
}

/// The PID outside of a process that has this PID in the sandbox.
pub fn pid_outside(sandbox: &serde_json::Value, inside: &str) -> i32 {
    let namespace = |pid: i32| fs::read_link(format!("/proc/{pid}/ns/pid")).ok();
    let of_sandbox = namespace(pid_of(sandbox, "leader"));
    let is_it = |pid: &i32| {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let pids = status.lines().find_map(|line| line.strip_prefix("NSpid:"));
        pids.and_then(|pids| pids.split_whitespace().last()) == Some(inside) && namespace(*pid) == of_sandbox
    };
    pids().find(is_it).unwrap_or_else(|| panic!("no process has the PID {inside} in the sandbox"))
}

fn command_line(pid: i32) -> String {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).replace('\0', " ")
}

fn pids() -> impl Iterator<Item = i32> {
    fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

/// PIDs of all supervisors of this estate, also of those without a record: stderr of each is its sandbox's log.
pub fn supervisors(env: &TestEnv) -> Vec<i32> {
    let is_one = |pid: i32| command_line(pid).contains(" supervise ") && holds_a_file_of(pid, env.estate.root());
    pids().filter(|pid| is_one(*pid)).collect()
}

fn holds_a_file_of(pid: i32, estate: &Path) -> bool {
    let fds = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().filter_map(Result::ok);
    fds.filter_map(|fd| fs::read_link(fd.path()).ok()).any(|target| target.starts_with(estate))
}

/// The control groups of all sandboxes of this estate that have a record.
pub fn cgroups(env: &TestEnv) -> BTreeSet<PathBuf> {
    let names: Vec<_> = env.estate.sandboxes();
    let records = names.iter().filter_map(|sandbox| fs::read(sandbox.dir().join("record.json")).ok());
    records.filter_map(|text| serde_json::from_slice(&text).ok()).flat_map(|record| cgroups_of(&record)).collect()
}

/// Returns what is left of this estate: processes, mounts in any namespace, sockets, and those control groups.
pub fn traces<'a>(env: &TestEnv, cgroups: impl IntoIterator<Item = &'a PathBuf>) -> Vec<String> {
    let estate = env.estate.root().to_str().unwrap();
    let mut found = Vec::new();
    for pid in pids() {
        let line = command_line(pid);
        if line.contains(estate) || holds_a_file_of(pid, env.estate.root()) {
            found.push(format!("process {pid}: {line}"));
        }
        // Look in every mount namespace. One that was not cleaned up keeps its tmpfs.
        let mounts = fs::read_to_string(format!("/proc/{pid}/mountinfo")).unwrap_or_default();
        found.extend(
            mounts.lines().filter(|row| row.contains(estate)).map(|row| format!("mount of {pid} {line}: {row}")),
        );
    }
    let sockets = fs::read_to_string("/proc/net/unix").unwrap();
    found.extend(sockets.lines().filter(|row| row.contains(estate)).map(|row| format!("open socket: {row}")));
    walk(env.estate.root(), &mut |path, kind| {
        if kind.is_socket() {
            found.push(format!("socket file: {}", path.display()));
        }
    });
    found.extend(cgroups.into_iter().filter(|dir| dir.exists()).map(|dir| format!("control group {}", dir.display())));
    found
}

fn walk(dir: &Path, visit: &mut impl FnMut(&Path, fs::FileType)) {
    for entry in fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok) {
        let Ok(kind) = entry.file_type() else { continue };
        visit(&entry.path(), kind);
        // Files in a learner's root belong to the learner.
        if kind.is_dir() && entry.file_name() != "root" {
            walk(&entry.path(), visit);
        }
    }
}
