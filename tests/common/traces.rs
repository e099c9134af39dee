//! What a sandbox may leave on the host, found by what is its own alone: the path of the test's estate, and the
//! control groups that its records named.

use std::collections::BTreeSet;
use std::fs;
use std::os::fd::AsFd;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify;
use rustix::process::{Pid, PidfdFlags, Signal};

use super::Home;

/// After so long a test has failed. Nothing is measured by it.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// What was written down about a sandbox, as it stands on disk.
pub fn record(home: &Home, name: &str) -> serde_json::Value {
    let path = home.estate.sandbox(name).dir().join("record.json");
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// Pid of the record's `supervisor` or `leader`.
pub fn pid_of(record: &serde_json::Value, who: &str) -> i32 {
    i32::try_from(record[who]["pid"].as_i64().unwrap()).unwrap()
}

/// The control groups that a record names.
pub fn cgroups_of(record: &serde_json::Value) -> Vec<PathBuf> {
    record["cgroups"].as_array().unwrap().iter().map(|dir| dir.as_str().unwrap().into()).collect()
}

/// The nspawn between a supervisor and its payload: the parent of the payload's PID 1.
pub fn nspawn_of(record: &serde_json::Value) -> i32 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid_of(record, "leader"))).unwrap();
    stat.rsplit_once(')').unwrap().1.split_ascii_whitespace().nth(1).unwrap().parse().unwrap()
}

/// kill(2), for a process that may be gone already.
pub fn kill(pid: i32, signal: Signal) {
    let _ = rustix::process::kill_process(Pid::from_raw(pid).unwrap(), signal);
}

/// Waits for the end of a process that need not be a child of ours.
pub fn await_end(pid: i32) {
    let Ok(process) = rustix::process::pidfd_open(Pid::from_raw(pid).unwrap(), PidfdFlags::empty()) else { return };
    assert!(is_readable(&process), "process {pid} does not end: {}", command_line(pid));
}

fn is_readable(fd: &impl AsFd) -> bool {
    let timeout = Timespec::try_from(PATIENCE).unwrap();
    poll(&mut [PollFd::from_borrowed_fd(fd.as_fd(), PollFlags::IN)], Some(&timeout)).unwrap() > 0
}

/// Waits until there is a sandbox of this estate of which `is_so` is true; its folder.
pub fn await_sandbox(home: &Home, is_so: impl Fn(&Path) -> bool) -> PathBuf {
    let sandboxes = home.estate.root().join("sandboxes");
    fs::create_dir_all(&sandboxes).unwrap();
    let events = inotify::init(inotify::CreateFlags::CLOEXEC).unwrap();
    let kinds = inotify::WatchFlags::CREATE | inotify::WatchFlags::MOVED_TO | inotify::WatchFlags::CLOSE_WRITE;
    loop {
        // Watched before it is looked at, so that nothing happens in between unseen.
        inotify::add_watch(&events, &sandboxes, kinds).unwrap();
        for sandbox in home.estate.sandboxes() {
            let _ = inotify::add_watch(&events, sandbox.dir(), kinds);
            if is_so(sandbox.dir()) {
                return sandbox.dir().to_owned();
            }
        }
        assert!(is_readable(&events), "what was waited for does not come");
        rustix::io::read(&events, &mut [0; 4096]).unwrap();
    }
}

/// Waits until a file is there, in a folder that is.
pub fn await_file(path: &Path) {
    let events = inotify::init(inotify::CreateFlags::CLOEXEC).unwrap();
    inotify::add_watch(&events, path.parent().unwrap(), inotify::WatchFlags::CREATE).unwrap();
    while !path.exists() {
        assert!(is_readable(&events), "{} does not come", path.display());
        rustix::io::read(&events, &mut [0; 4096]).unwrap();
    }
}

fn command_line(pid: i32) -> String {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).replace('\0', " ")
}

fn pids() -> impl Iterator<Item = i32> {
    fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

/// Every supervisor of this estate, also one that has written nothing yet.
pub fn supervisors(home: &Home) -> Vec<i32> {
    let is_one = |line: &str| line.contains(" supervise ") && line.contains(home.path().to_str().unwrap());
    pids().filter(|pid| is_one(&command_line(*pid))).collect()
}

/// The control groups of every sandbox of this estate, as far as they have a record.
pub fn cgroups(home: &Home) -> BTreeSet<PathBuf> {
    let names: Vec<_> = home.estate.sandboxes();
    let records = names.iter().filter_map(|sandbox| fs::read(sandbox.dir().join("record.json")).ok());
    records.filter_map(|text| serde_json::from_slice(&text).ok()).flat_map(|record| cgroups_of(&record)).collect()
}

/// Everything of this estate that still runs, is mounted in any namespace, listens, or is in those control groups.
pub fn traces<'a>(home: &Home, cgroups: impl IntoIterator<Item = &'a PathBuf>) -> Vec<String> {
    let place = home.estate.root().to_str().unwrap();
    let mut found = Vec::new();
    for pid in pids() {
        let line = command_line(pid);
        if line.contains(place) {
            found.push(format!("process {pid}: {line}"));
        }
        // Of every mount namespace, not of the host's alone: a forgotten one holds its tmpfs.
        let mounts = fs::read_to_string(format!("/proc/{pid}/mountinfo")).unwrap_or_default();
        found.extend(
            mounts.lines().filter(|row| row.contains(place)).map(|row| format!("mount of {pid} {line}: {row}")),
        );
    }
    let sockets = fs::read_to_string("/proc/net/unix").unwrap();
    found.extend(sockets.lines().filter(|row| row.contains(place)).map(|row| format!("open socket: {row}")));
    walk(home.estate.root(), &mut |path, kind| {
        if kind.is_socket() {
            found.push(format!("socket file: {}", path.display()));
        }
    });
    found.extend(cgroups.into_iter().filter(|dir| dir.exists()).map(|dir| format!("control group {}", dir.display())));
    found
}

fn walk(dir: &Path, see: &mut impl FnMut(&Path, fs::FileType)) {
    for entry in fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok) {
        let Ok(kind) = entry.file_type() else { continue };
        see(&entry.path(), kind);
        // What a learner's root holds is the learner's.
        if kind.is_dir() && entry.file_name() != "root" {
            walk(&entry.path(), see);
        }
    }
}
