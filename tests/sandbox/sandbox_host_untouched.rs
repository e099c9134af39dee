//! A lab leaves the host's files and mounts unchanged, even if root inside attacks them.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::common::TestEnv;
use crate::common::traces::await_sandbox;

tests! {
    a_lab_leaves_the_hosts_files_and_mounts_unchanged,
}

/// Directories that daemons of the host or other tests change meanwhile.
const IGNORED: [&str; 9] = [
    "/var/lib/unitlab",
    "/var/lib/systemd/timers",
    "/var/lib/systemd/timesync",
    "/var/lib/systemd/random-seed",
    "/var/lib/NetworkManager",
    "/var/lib/dhcp",
    "/var/lib/chrony",
    "/var/lib/private",
    "/var/lib/logrotate",
];

/// Describes every file below /etc, /usr and /var/lib by its metadata.
///
/// A file's contents need not be read: each change sets its ctime, which no process can set back. A directory's ctime is
/// left out, because other tests create files there; its entries are listed by name.
fn file_metadata() -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    for dir in ["/etc", "/usr", "/var/lib"] {
        visit(Path::new(dir), &mut found);
    }
    assert!(found.len() > 1000, "only {} files were found", found.len());
    found
}

fn visit(path: &Path, found: &mut BTreeMap<PathBuf, String>) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if IGNORED.iter().any(|other| path == Path::new(other)) || name.starts_with("unitlab-canary") {
        return;
    }
    let Ok(meta) = fs::symlink_metadata(path) else { return };
    let owned = format!("{:o} {}:{} inode {}", meta.mode(), meta.uid(), meta.gid(), meta.ino());
    let (size, links, changed) = (meta.size(), meta.nlink(), (meta.ctime(), meta.ctime_nsec()));
    let line = if meta.is_dir() { owned } else { format!("{owned}, {size} bytes, {links} links, changed {changed:?}") };
    found.insert(path.to_owned(), line);
    if meta.is_dir() {
        for entry in fs::read_dir(path).into_iter().flatten().filter_map(Result::ok) {
            visit(&entry.path(), found);
        }
    }
}

/// The mounts that a sandbox could have made or changed: those over system directories, and those that name the estate,
/// nspawn or unitlab. Other processes may mount elsewhere meanwhile.
fn mounts(env: &TestEnv) -> Vec<String> {
    const SYSTEM: [&str; 9] = ["/etc", "/usr", "/var", "/run", "/proc", "/sys", "/dev", "/root", "/home"];
    let table = fs::read_to_string("/proc/self/mountinfo").unwrap();
    let estate = env.path().to_str().unwrap();
    let concerns = |row: &&str| {
        let point = row.split(' ').nth(4).unwrap();
        point == "/"
            || SYSTEM.iter().any(|dir| Path::new(point).starts_with(dir))
            || [estate, "nspawn", "unitlab"].iter().any(|word| row.contains(word))
    };
    table.lines().filter(concerns).map(str::to_owned).collect()
}

/// Returns one line per path that differs, with both states.
fn differences(before: &BTreeMap<PathBuf, String>, after: &BTreeMap<PathBuf, String>) -> Vec<String> {
    let paths: std::collections::BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let differ = paths.into_iter().filter(|path| before.get(*path) != after.get(*path));
    differ.map(|path| format!("{}: {:?} -> {:?}", path.display(), before.get(path), after.get(path))).collect()
}

/// Tries every way to the host that root inside has, and prints those that work. No attempt harms a host that it reaches.
const ATTACKS: &str = "
    try() { what=$1; shift; \"$@\" >/dev/null 2>&1 && echo \"reached: $what\"; }
    mark() { try \"$1\" sh -c \"echo x > $1/unitlab-was-here\"; try \"$1/bin/env\" touch -c $1/bin/env; }
    mark /usr
    try 'remount' mount -o remount,rw /usr; try 'remount of the bind' mount -o remount,rw,bind /usr; mark /usr
    for over in /usr/local/bin/unitlab /usr/local /usr; do try \"what is below $over\" umount -l $over; done; mark /usr
    mkdir -p /mnt/a /mnt/b; try 'bind without what is over it' mount --bind /usr /mnt/a
    mount --rbind / /mnt/b && try 'remount of the copy' mount -o remount,rw,bind /mnt/b/usr
    [ -e /mnt/b/usr/bin/env ] && mark /mnt/b/usr
    try 'a namespace below' unshare --mount sh -c 'mount --make-rprivate /; mount -o remount,rw /usr'
    try 'a user below' unshare --user --map-root-user --mount mount -o remount,rw,bind /usr
    try 'the program' sh -c 'cat /usr/local/bin/unitlab > /usr/local/bin/unitlab'
    try 'the gate' touch /run/unitlab/x; try 'the gate mode' chmod 777 /run/unitlab; try 'the socket' rm /run/unitlab/socket
    mknod /tmp/disk b $(stat -c '%Hd %Ld' /usr); try 'the disk' dd if=/tmp/disk of=/dev/null count=1
    for set in core_pattern panic; do try $set sh -c \"cat < /proc/sys/kernel/$set 1<> /proc/sys/kernel/$set\"; done
    try 'the limits' sh -c 'mkdir /tmp/g; mount -t cgroup -o pids pids /tmp/g && echo max > /tmp/g/pids.max'
    true";

/// Removes the file that a successful attack creates on the host.
struct RemoveMark;

impl Drop for RemoveMark {
    fn drop(&mut self) {
        let _ = fs::remove_file("/usr/unitlab-was-here");
    }
}

/// Verified to fail with `--bind=/usr:/usr:idmap` instead of `--bind-ro=`: root inside wrote to /usr and its programs, and
/// every remount worked.
fn a_lab_leaves_the_hosts_files_and_mounts_unchanged(env: TestEnv) {
    let _remove_mark = RemoveMark;
    let (files, mounted) = (file_metadata(), mounts(&env));
    let exec = |script: &str| env.unitlab(&["lab", "exec", "sre-app", "--", "sh", "-c", script]);

    env.unitlab_stdout(&["lab", "start", "sre-app", "--no-shell"]);
    assert_eq!(String::from_utf8_lossy(&exec(ATTACKS).stdout), "");
    assert_eq!(env.unitlab(&["check", "sre-app"]).status.code(), Some(1));
    env.unitlab_stdout(&["lab", "solve", "sre-app", "--yes"]);
    env.unitlab_stdout(&["check", "sre-app"]);
    let before = crate::common::traces::record(&env, "0-sre-app");
    exec("systemctl reboot");
    await_sandbox(&env, |_| {
        let record = crate::common::traces::record(&env, "0-sre-app");
        record["leader"] != before["leader"] && record["stage"] == "up"
    });
    env.unitlab_stdout(&["check", "sre-app"]);
    assert_eq!(mounts(&env), mounted, "a running sandbox's mounts are visible on the host");
    env.unitlab_stdout(&["lab", "reset", "sre-app", "--yes"]);
    env.unitlab_stdout(&["lab", "stop", "sre-app"]);

    assert_eq!(differences(&files, &file_metadata()), [""; 0]);
    assert_eq!(mounts(&env), mounted);
}
