//! Checks what this machine has and lacks for running sandboxes, and finds the command that fixes it.

use std::fs;
use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use super::headroom::sandboxes_by_inotify;
use super::{SandboxError, cgroup};
use crate::os::child::{Limits, run};
use crate::os::{Installation, Software, as_root};

/// Whether sandboxes can run with what a probe found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProbeStatus {
    Ok,
    /// Sandboxes run, but a limit is not enforced or something is less convenient.
    Limited,
    /// Sandboxes cannot run.
    Blocking,
}

/// One property of this machine that sandboxes depend on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    pub name: &'static str,
    pub status: ProbeStatus,
    /// One line.
    pub finding: String,
    pub(crate) fix: Fix,
}

/// What repairs a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fix {
    /// Nothing needs repair, or unitlab cannot repair it.
    None,
    /// Installing the packages of this software.
    Install(Vec<Software>),
    /// One command, as root.
    Run(Software, &'static [&'static str]),
    /// `unitlab doctor --fix` itself.
    Sweep,
}

impl Fix {
    /// The command line to show; `None` if there is no command.
    pub(crate) fn line(&self) -> Option<String> {
        match self {
            Self::None => None,
            Self::Install(software) => Some(as_root(&Installation::of(software).ok()?.install_line())),
            Self::Run(program, args) => Some(as_root(&format!("{} {}", program.name(), args.join(" ")))),
            Self::Sweep => Some("unitlab doctor --fix".to_owned()),
        }
    }

    /// Runs the command of [`Fix::Run`] on this process's standard streams.
    pub(crate) fn run(program: Software, args: &[&str]) -> Result<ExitStatus, SandboxError> {
        program.command()?.args(args).status().map_err(SandboxError::system(format!("cannot run {}", program.name())))
    }
}

/// Software of the host that labs need, with what its absence means. The sandboxes have the host's `/usr`, so this
/// includes what learners use in them.
const NEEDED: [(Software, ProbeStatus); 11] = [
    (Software::Nspawn, ProbeStatus::Blocking),
    (Software::Systemctl, ProbeStatus::Blocking),
    (Software::MessageBus, ProbeStatus::Blocking),
    (Software::Python, ProbeStatus::Blocking),
    (Software::PamSystemd, ProbeStatus::Limited),
    (Software::UserBus, ProbeStatus::Limited),
    (Software::Sudo, ProbeStatus::Limited),
    (Software::Ps, ProbeStatus::Limited),
    (Software::Ss, ProbeStatus::Limited),
    (Software::Curl, ProbeStatus::Limited),
    (Software::Editor, ProbeStatus::Limited),
];

/// The software that labs need and this machine lacks. A sandbox on another OS tree needs only systemd-nspawn of the host.
pub(crate) fn missing_software(on_other_tree: bool) -> Vec<(Software, ProbeStatus)> {
    let needed = NEEDED.into_iter().filter(|(software, _)| !on_other_tree || *software == Software::Nspawn);
    needed.filter(|(software, _)| !software.is_installed()).collect()
}

/// The first property of this machine that prevents sandboxes and that no package changes.
pub(crate) fn obstacle() -> Option<Probe> {
    let probes = [user_namespaces(), idmapped_mounts(), cgroups()];
    probes.into_iter().find(|probe| probe.status == ProbeStatus::Blocking)
}

/// Checks everything that booting a sandbox needs.
#[must_use]
pub fn probes() -> Vec<Probe> {
    vec![nspawn(), bus(), user_namespaces(), idmapped_mounts(), cgroups(), python(), sudo(), commands(), inotify()]
}

fn probe(name: &'static str, status: ProbeStatus, finding: impl Into<String>) -> Probe {
    Probe { name, status, finding: finding.into(), fix: Fix::None }
}

fn missing(name: &'static str, status: ProbeStatus, finding: impl Into<String>, software: &[Software]) -> Probe {
    Probe { name, status, finding: finding.into(), fix: Fix::Install(software.to_vec()) }
}

fn nspawn() -> Probe {
    const NAME: &str = "systemd-nspawn";
    let absent: Vec<Software> =
        [Software::Nspawn, Software::Systemctl].into_iter().filter(|software| !software.is_installed()).collect();
    let Ok(mut nspawn) = Software::Nspawn.command() else {
        return missing(NAME, ProbeStatus::Blocking, "not installed; it boots the sandboxes", &absent);
    };
    if !absent.is_empty() {
        return missing(NAME, ProbeStatus::Blocking, "there is no systemd for it to boot", &absent);
    }
    let limits = Limits { time: Duration::from_secs(10), stdout: 64 << 10 };
    let version = run(nspawn.arg("--version").env_clear(), b"", limits).ok();
    let version =
        version.map(|outcome| String::from_utf8_lossy(&outcome.stdout).lines().next().unwrap_or_default().to_owned());
    match version.filter(|line| !line.is_empty()) {
        Some(line) => probe(NAME, ProbeStatus::Ok, line),
        None => probe(NAME, ProbeStatus::Blocking, "installed, but `systemd-nspawn --version` fails"),
    }
}

fn bus() -> Probe {
    const NAME: &str = "D-Bus and PAM";
    let all = [Software::MessageBus, Software::PamSystemd, Software::UserBus];
    let absent: Vec<Software> = all.into_iter().filter(|software| !software.is_installed()).collect();
    match all.map(Software::is_installed) {
        [true, true, true] => probe(NAME, ProbeStatus::Ok, "a message bus and pam_systemd, for the learner's shell"),
        [false, ..] => missing(NAME, ProbeStatus::Blocking, "no message bus (dbus-daemon); shells need it", &absent),
        [true, false, _] => missing(
            NAME,
            ProbeStatus::Limited,
            "no pam_systemd: when a shell exits, its background processes are killed, even with nohup",
            &absent,
        ),
        [true, true, false] => {
            missing(NAME, ProbeStatus::Limited, "no bus for users: `systemctl --user` fails in a sandbox", &absent)
        }
    }
}

fn user_namespaces() -> Probe {
    const NAME: &str = "user namespaces";
    let max = number("/proc/sys/user/max_user_namespaces");
    if !Path::new("/proc/self/ns/user").exists() {
        return probe(NAME, ProbeStatus::Blocking, "not in this kernel (CONFIG_USER_NS)");
    }
    match max {
        Some(0) => Probe {
            fix: Fix::Run(Software::Sysctl, &["-w", "user.max_user_namespaces=10000"]),
            ..probe(NAME, ProbeStatus::Blocking, "switched off (user.max_user_namespaces is 0)")
        },
        Some(max) => probe(NAME, ProbeStatus::Ok, format!("up to {max}; root inside has no rights outside")),
        None => probe(NAME, ProbeStatus::Ok, "root inside has no rights outside"),
    }
}

/// File systems that support id-mapped mounts in some kernel version. Only nspawn finds out whether this kernel does.
const MAPPABLE: [&str; 10] = ["ext4", "xfs", "btrfs", "f2fs", "erofs", "squashfs", "tmpfs", "vfat", "zfs", "bcachefs"];

fn idmapped_mounts() -> Probe {
    const NAME: &str = "id-mapped mounts";
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let mut numbers = release.split(|c: char| !c.is_ascii_digit()).map_while(|part| part.parse::<u32>().ok());
    let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    let kind = file_system_of("/usr").unwrap_or_default();
    if version < (5, 14) {
        probe(NAME, ProbeStatus::Blocking, format!("Linux {} is too old; sandboxes need 5.14 or later", release.trim()))
    } else if MAPPABLE.contains(&kind.as_str()) {
        probe(NAME, ProbeStatus::Ok, format!("/usr is on {kind}, Linux {}", release.trim()))
    } else {
        probe(
            NAME,
            ProbeStatus::Blocking,
            format!("/usr is on {kind}, which cannot be id-mapped; move it to ext4, xfs or btrfs"),
        )
    }
}

/// The type of the file system that a path is on: the one with the longest mount point above it.
fn file_system_of(path: &str) -> Option<String> {
    let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
    let rows = mounts.lines().filter_map(|line| {
        let (left, right) = line.split_once(" - ")?;
        let point = left.split(' ').nth(4)?;
        Path::new(path)
            .starts_with(point)
            .then(|| (point.len(), right.split(' ').next().unwrap_or_default().to_owned()))
    });
    rows.max_by_key(|(length, _)| *length).map(|(_, kind)| kind)
}

fn cgroups() -> Probe {
    const NAME: &str = "control groups";
    let all = cgroup::hierarchies();
    let Some(unified) = all.iter().find(|one| one.is_unified()) else {
        return Probe {
            fix: Fix::Run(Software::Mount, &["-t", "cgroup2", "cgroup2", "/sys/fs/cgroup"]),
            ..probe(NAME, ProbeStatus::Blocking, "no cgroup2 hierarchy is mounted")
        };
    };
    let controllers = fs::read_to_string(unified.mount.join("cgroup.controllers")).unwrap_or_default();
    let v1: Vec<&str> = all.iter().filter_map(|one| one.controllers.as_ref()).flatten().map(String::as_str).collect();
    let limited = |name: &str| controllers.split_whitespace().any(|one| one == name) || v1.contains(&name);
    let missing: Vec<&str> = ["pids", "memory"].into_iter().filter(|name| !limited(name)).collect();
    if !missing.is_empty() {
        return probe(
            NAME,
            ProbeStatus::Limited,
            format!("no {} controller: sandboxes run without that limit", missing.join(", no ")),
        );
    }
    if v1.is_empty() {
        return probe(NAME, ProbeStatus::Ok, "unified; the tasks and memory of a sandbox are limited");
    }
    let finding = "hybrid; a sandbox as a whole is limited, but MemoryMax=, TasksMax= and IPAddressDeny= of units inside it have no effect";
    probe(NAME, ProbeStatus::Limited, finding)
}

fn python() -> Probe {
    const NAME: &str = "python3";
    if let Ok(path) = Software::Python.path() {
        let finding = format!("{}; the labs' services are written in it", path.display());
        return probe(NAME, ProbeStatus::Ok, finding);
    }
    let finding = "no /usr/bin/python3; the labs' services are written in it";
    missing(NAME, ProbeStatus::Blocking, finding, &[Software::Python])
}

fn sudo() -> Probe {
    const NAME: &str = "sudo";
    if let Ok(path) = Software::Sudo.path() {
        return probe(NAME, ProbeStatus::Ok, format!("{}; used for the steps that need root", path.display()));
    }
    let finding = "not installed; learners use it in the sandboxes, and unitlab must be run as root";
    missing(NAME, ProbeStatus::Limited, finding, &[Software::Sudo])
}

/// What learners type in a sandbox.
fn commands() -> Probe {
    const NAME: &str = "commands";
    let all = [Software::Ps, Software::Ss, Software::Curl, Software::Editor];
    let absent: Vec<Software> = all.into_iter().filter(|software| !software.is_installed()).collect();
    if absent.is_empty() {
        return probe(NAME, ProbeStatus::Ok, "ps, ss, curl and an editor, for the learner's shell");
    }
    let names: Vec<&str> = absent.iter().map(|software| software.name()).collect();
    missing(NAME, ProbeStatus::Limited, format!("not installed: {}; labs use them", names.join(", ")), &absent)
}

fn inotify() -> Probe {
    const NAME: &str = "inotify";
    let instances = number("/proc/sys/fs/inotify/max_user_instances").unwrap_or(128);
    let room = sandboxes_by_inotify(instances);
    let limit = if room < 3 { ProbeStatus::Limited } else { ProbeStatus::Ok };
    let mut probe = probe(NAME, limit, format!("{instances} instances: enough for about {room} sandboxes at once"));
    if limit == ProbeStatus::Limited {
        probe.fix = Fix::Run(Software::Sysctl, &["-w", "fs.inotify.max_user_instances=512"]);
    }
    probe
}

fn number(path: &str) -> Option<u64> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}
