//! A sandbox's control groups: creates, limits, kills and removes them.
//!
//! Each sandbox has one directory in every hierarchy that it needs, with `supervisor` and `machine` below it. So the
//! limits apply to the payload and not to its supervisor, and one write to `cgroup.kill` kills both.

use std::fs;
use std::io::{self, Seek};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::SandboxError;

/// Processes and threads that a payload may have.
pub(super) const TASKS: u32 = 1024;
/// Control groups in a sandbox, and how deep they nest. A booted one has about forty, five deep.
const GROUPS: u64 = 1000;
const DEPTH: u64 = 32;
/// Bytes of memory that a payload may have.
pub(super) const MEMORY: u64 = 1 << 30;

/// One mounted hierarchy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hierarchy {
    pub mount: PathBuf,
    /// `None` for the unified one, else its v1 controllers (`pids`, `name=systemd`).
    pub controllers: Option<Vec<String>>,
}

impl Hierarchy {
    pub(super) fn is_unified(&self) -> bool {
        self.controllers.is_none()
    }

    fn has(&self, controller: &str) -> bool {
        self.controllers.as_ref().is_some_and(|all| all.iter().any(|one| one == controller))
    }

    /// Sandboxes need the unified hierarchy and systemd's named one, and use pids and memory if mounted.
    fn is_needed(&self) -> bool {
        self.is_unified() || ["name=systemd", "pids", "memory"].iter().any(|name| self.has(name))
    }
}

/// The hierarchies mounted on this host.
pub(super) fn hierarchies() -> Vec<Hierarchy> {
    parse_mounts(&fs::read_to_string("/proc/self/mountinfo").unwrap_or_default())
}

fn parse_mounts(mountinfo: &str) -> Vec<Hierarchy> {
    mountinfo
        .lines()
        .filter_map(|line| {
            let (left, right) = line.split_once(" - ")?;
            let mount = PathBuf::from(left.split(' ').nth(4)?);
            let mut right = right.split(' ');
            match right.next()? {
                "cgroup2" => Some(Hierarchy { mount, controllers: None }),
                "cgroup" => {
                    let controllers = right.nth(1)?.split(',').map(str::to_owned).collect();
                    Some(Hierarchy { mount, controllers: Some(controllers) })
                }
                _ => None,
            }
        })
        .collect()
}

/// The directories of a sandbox whose supervisor creates them itself.
pub(super) fn planned(name: &str, id: &str) -> Result<Vec<PathBuf>, SandboxError> {
    let all = hierarchies();
    if !all.iter().any(Hierarchy::is_unified) {
        return Err(SandboxError::Unsupported {
            what: "no cgroup2 hierarchy is mounted on this machine, and a systemd cannot boot without one".into(),
            next: "mount -t cgroup2 cgroup2 /sys/fs/cgroup".into(),
        });
    }
    let leaf = format!("unitlab/{name}-{id}");
    Ok(all.into_iter().filter(Hierarchy::is_needed).map(|hierarchy| hierarchy.mount.join(&leaf)).collect())
}

/// The directories that the host's systemd has delegated to this process.
pub(super) fn delegated(service: &str) -> Result<Vec<PathBuf>, SandboxError> {
    let own = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let all = memberships(&own, &hierarchies());
    let ours: Vec<PathBuf> = all.into_iter().filter(|dir| dir.ends_with(service)).collect();
    if ours.is_empty() {
        // Without its own group a sandbox cannot be limited, nor killed as a whole.
        return Err(SandboxError::Unsupported {
            what: format!("the host's systemd placed the supervisor outside of its service {service}"),
            next: "see `systemctl status` of that service, and report what it says".into(),
        });
    }
    Ok(ours)
}

/// The directories that `/proc/PID/cgroup` names, each below the mount of its hierarchy.
pub(super) fn memberships(proc_cgroup: &str, hierarchies: &[Hierarchy]) -> Vec<PathBuf> {
    proc_cgroup
        .lines()
        .filter_map(|line| {
            let mut parts = line.splitn(3, ':');
            let (_, names, path) = (parts.next()?, parts.next()?, parts.next()?);
            let hierarchy = hierarchies.iter().find(|one| {
                if names.is_empty() { one.is_unified() } else { names.split(',').any(|name| one.has(name)) }
            })?;
            let path = path.trim_start_matches('/');
            (!path.is_empty()).then(|| hierarchy.mount.join(path))
        })
        .collect()
}

/// The two groups below a sandbox's directory.
#[derive(Debug, Clone, Copy)]
pub(super) enum Subgroup {
    Supervisor,
    Machine,
}

impl Subgroup {
    fn name(self) -> &'static str {
        match self {
            Self::Supervisor => "supervisor",
            Self::Machine => "machine",
        }
    }
}

/// Creates the directories, moves this process into `supervisor`, and sets the limits on `machine`.
pub(super) fn create(dirs: &[PathBuf], delegated: bool) -> Result<(), SandboxError> {
    for dir in dirs {
        make(&dir.join(Subgroup::Supervisor.name()))?;
    }
    join_subgroup(dirs, Subgroup::Supervisor)?;
    for dir in dirs {
        enable_controllers(dir, delegated);
    }
    create_machine(dirs)
}

/// Removes `machine` and creates it again, on a unified hierarchy.
///
/// It cannot be used a second time: nspawn has enabled controllers for the groups below it, and from then on the kernel
/// refuses processes in it (cgroups(7), "no internal processes"): EBUSY at every reboot on a unified host.
pub(super) fn recreate_machine(dirs: &[PathBuf]) -> Result<(), SandboxError> {
    for dir in dirs {
        let machine = dir.join(Subgroup::Machine.name());
        if machine.join("cgroup.subtree_control").exists() {
            remove_tree(&machine).map_err(SandboxError::file("cannot remove the control group", &machine))?;
        }
    }
    create_machine(dirs)
}

fn make(path: &Path) -> Result<(), SandboxError> {
    fs::create_dir_all(path).map_err(SandboxError::file("cannot make the control group", path))
}

fn create_machine(dirs: &[PathBuf]) -> Result<(), SandboxError> {
    for dir in dirs {
        let machine = dir.join(Subgroup::Machine.name());
        make(&machine)?;
        // Which of these files exist depends on the host's controllers; `doctor` reports what is missing.
        for (file, limit) in [
            ("pids.max", u64::from(TASKS)),
            ("memory.max", MEMORY),
            ("memory.limit_in_bytes", MEMORY),
            ("memory.memsw.limit_in_bytes", MEMORY),
            ("memory.swap.max", 0),
            // The kernel limits the number of groups for the whole host, and removing them needs their paths.
            ("cgroup.max.descendants", GROUPS),
            ("cgroup.max.depth", DEPTH),
        ] {
            let _ = write_existing(&machine.join(file), &limit.to_string());
        }
    }
    Ok(())
}

/// Enables the pids and memory controllers from the mount down to the sandbox; without them there is no limit.
/// Groups that the host's systemd delegated have them already, and those above must not be written to.
fn enable_controllers(dir: &Path, delegated: bool) {
    let Some(hierarchy) = hierarchies().into_iter().find(|one| one.is_unified() && dir.starts_with(&one.mount)) else {
        return;
    };
    let mut path = if delegated { dir.to_owned() } else { hierarchy.mount.clone() };
    let below = dir.strip_prefix(&path).map(Path::to_owned).unwrap_or_default();
    for part in std::iter::once(Path::new("")).chain(below.iter().map(Path::new)) {
        path.push(part);
        for controller in ["+pids", "+memory"] {
            let _ = write_existing(&path.join("cgroup.subtree_control"), controller);
        }
    }
}

/// Moves this process; children that it starts from now on are in the group too.
pub(super) fn join_subgroup(dirs: &[PathBuf], subgroup: Subgroup) -> Result<(), SandboxError> {
    dirs.iter().try_for_each(|dir| join(&dir.join(subgroup.name())))
}

/// Moves this process into one control group.
pub(super) fn join(dir: &Path) -> Result<(), SandboxError> {
    let procs = dir.join("cgroup.procs");
    write_existing(&procs, "0").map_err(SandboxError::file("cannot enter the control group", &procs))
}

/// Kills every process in one group, or in the whole sandbox, and waits until the last one is gone.
pub(super) fn kill(dirs: &[PathBuf], subgroup: Option<Subgroup>) {
    for dir in dirs {
        let dir = subgroup.map_or_else(|| dir.clone(), |subgroup| dir.join(subgroup.name()));
        if write_existing(&dir.join("cgroup.kill"), "1").is_ok() {
            wait_until_empty(&dir, Duration::from_secs(10));
        }
    }
}

/// Polls `cgroup.events`, which changes when the last process of a group is gone.
fn wait_until_empty(dir: &Path, limit: Duration) {
    let deadline = Instant::now() + limit;
    let Ok(mut events) = fs::File::open(dir.join("cgroup.events")) else { return };
    // Read through this descriptor: until it has read a change, poll(2) returns at once.
    while read_from_start(&mut events).is_ok_and(|text| text.contains(POPULATED)) {
        let left = deadline.saturating_duration_since(Instant::now());
        let timeout = Timespec::try_from(left).unwrap_or_default();
        if left.is_zero()
            || poll(&mut [PollFd::from_borrowed_fd(events.as_fd(), PollFlags::PRI)], Some(&timeout)).is_err()
        {
            return;
        }
    }
}

/// Whether there is a process in it or below it.
pub(super) fn is_populated(dir: &Path) -> bool {
    fs::read_to_string(dir.join("cgroup.events")).is_ok_and(|text| text.contains(POPULATED))
}

/// In `cgroup.events` of a group that has a process in it or below it.
const POPULATED: &str = "populated 1";

fn read_from_start(file: &mut fs::File) -> io::Result<String> {
    file.rewind()?;
    io::read_to_string(file)
}

/// The CPU time of all processes that are or were in a sandbox; zero if the kernel does not count it.
pub(super) fn cpu_time(dirs: &[PathBuf]) -> Duration {
    // The unified hierarchy counts it even where another one has the cpu controller.
    let micros = dirs.iter().find_map(|dir| parse_usage(&fs::read_to_string(dir.join("cpu.stat")).ok()?));
    Duration::from_micros(micros.unwrap_or_default())
}

fn parse_usage(stats: &str) -> Option<u64> {
    stats.lines().find_map(|line| line.strip_prefix("usage_usec ")?.trim().parse().ok())
}

/// Removes the directories and all below them, as far as they have no processes.
pub(super) fn remove(dirs: &[PathBuf]) {
    for dir in dirs {
        let _ = remove_tree(dir);
        if let Some(parent) = dir.parent().filter(|parent| parent.ends_with("unitlab")) {
            // Succeeds for the last sandbox only.
            let _ = fs::remove_dir(parent);
        }
    }
}

fn remove_tree(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)?.filter_map(Result::ok) {
        if entry.file_type()?.is_dir() {
            remove_tree(&entry.path())?;
        }
    }
    fs::remove_dir(dir)
}

/// Writes to a kernel file; never creates one.
fn write_existing(path: &Path, text: &str) -> io::Result<()> {
    io::Write::write_all(&mut fs::OpenOptions::new().write(true).open(path)?, text.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::Duration;

    use rustix::time::{ClockId, clock_gettime};

    use super::{memberships, parse_mounts, parse_usage};

    const HYBRID: &str = "31 30 0:27 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids\n\
                          32 30 0:28 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n\
                          33 30 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n\
                          34 30 0:30 / /proc rw - proc proc rw\n";

    #[test]
    fn finds_groups_on_a_hybrid_host() {
        let found = memberships("8:pids:/a/b\n9:name=systemd:/a\n5:devices:/\n0::/c\n", &parse_mounts(HYBRID));
        let want = ["/sys/fs/cgroup/pids/a/b", "/sys/fs/cgroup/systemd/a", "/sys/fs/cgroup/unified/c"];
        assert_eq!(found, want.map(PathBuf::from));
    }

    /// With a descriptor that was never read, poll(2) returned at once, and the wait kept a core busy.
    #[test]
    fn waiting_for_the_last_process_takes_no_cpu_time() {
        let all = super::hierarchies();
        let Some(unified) = all.iter().find(|one| one.is_unified()).filter(|_| crate::sandbox::is_root()) else {
            return;
        };
        let dir = unified.mount.join(format!("unitlab-test-{}", crate::sandbox::random_id()));
        if std::fs::create_dir(&dir).is_err() {
            // A container without the right to make control groups.
            return;
        }
        let mut sleep = std::process::Command::new("sleep").arg("0.5").spawn().unwrap();
        std::fs::write(dir.join("cgroup.procs"), sleep.id().to_string()).unwrap();
        let cpu = || Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap();
        let before = cpu();
        super::wait_until_empty(&dir, Duration::from_secs(30));
        let used = cpu().saturating_sub(before);
        assert!(!super::is_populated(&dir) && used < Duration::from_millis(10), "{used:?} of CPU time");
        sleep.wait().unwrap();
        std::fs::remove_dir(&dir).unwrap();
    }

    #[test]
    fn finds_groups_on_a_unified_host() {
        let mounts = parse_mounts("33 30 0:29 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
        assert_eq!(
            memberships("0::/system.slice/x.service\n", &mounts),
            [PathBuf::from("/sys/fs/cgroup/system.slice/x.service")]
        );
    }

    #[test]
    fn cpu_time_is_the_usage_in_microseconds() {
        let stats = "usage_usec 21788435406\nuser_usec 15487550504\nsystem_usec 6300884901\n";
        assert_eq!(parse_usage(stats), Some(21_788_435_406));
        // A v1 hierarchy has a cpu.stat without it.
        assert_eq!(parse_usage("nr_periods 0\nnr_throttled 0\nthrottled_time 0\n"), None);
    }
}
