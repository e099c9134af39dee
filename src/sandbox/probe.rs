//! Checks what this machine has and lacks for running sandboxes, and finds the command that fixes it.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::Duration;

use super::headroom::sandboxes_by_inotify;
use super::nspawn::find_nspawn;
use super::{SandboxError, cgroup};
use crate::os::child::{Limits, run};

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
    /// The command that repairs it; empty if nothing needs repair or there is no command for it.
    pub fix: Vec<String>,
}

/// Checks everything that booting a sandbox needs.
#[must_use]
pub fn probes() -> Vec<Probe> {
    vec![nspawn(), bus(), user_namespaces(), idmapped_mounts(), cgroups(), python(), sudo(), inotify()]
}

/// Runs a fix on this process's standard streams.
pub(crate) fn run_fix(command: &[String]) -> Result<ExitStatus, SandboxError> {
    let (program, args) = command.split_first().map_or(("true", &[][..]), |(first, rest)| (first.as_str(), rest));
    Command::new(program)
        .args(args)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .status()
        .map_err(SandboxError::system(format!("cannot run {program}")))
}

/// The names of a package for apt-get, dnf, zypper and pacman.
struct Package([&'static str; 4]);

const NSPAWN: Package = Package(["systemd-container", "systemd-container", "systemd-container", "systemd"]);
const BUS: Package =
    Package(["dbus dbus-user-session libpam-systemd", "dbus systemd-pam", "dbus-1 systemd", "dbus systemd"]);
const PYTHON: Package = Package(["python3", "python3", "python3", "python"]);

const MANAGERS: [(&str, &[&str]); 4] = [
    ("apt-get", &["install", "-y"]),
    ("dnf", &["install", "-y"]),
    ("zypper", &["--non-interactive", "install"]),
    ("pacman", &["-S", "--noconfirm", "--needed"]),
];

impl Package {
    fn install(&self) -> Vec<String> {
        self.install_by(|program| which::which(program).is_ok())
    }

    /// The command for the first package manager that is installed; empty if none of [`MANAGERS`] is.
    fn install_by(&self, is_installed: impl Fn(&str) -> bool) -> Vec<String> {
        let found = MANAGERS.iter().zip(self.0).find(|((program, _), _)| is_installed(program));
        let Some(((program, args), names)) = found else { return Vec::new() };
        std::iter::once(*program).chain(args.iter().copied()).chain(names.split(' ')).map(str::to_owned).collect()
    }
}

fn probe(name: &'static str, status: ProbeStatus, finding: impl Into<String>) -> Probe {
    Probe { name, status, finding: finding.into(), fix: Vec::new() }
}

fn missing(name: &'static str, status: ProbeStatus, finding: &str, package: &Package) -> Probe {
    Probe { name, status, finding: finding.into(), fix: package.install() }
}

fn nspawn() -> Probe {
    const NAME: &str = "systemd-nspawn";
    let Ok(path) = find_nspawn() else {
        return missing(NAME, ProbeStatus::Blocking, "not installed; it boots the sandboxes", &NSPAWN);
    };
    let limits = Limits { time: Duration::from_secs(10), stdout: 64 << 10 };
    let version = run(Command::new(path).arg("--version").env_clear(), b"", limits).ok();
    let version =
        version.map(|outcome| String::from_utf8_lossy(&outcome.stdout).lines().next().unwrap_or_default().to_owned());
    match version.filter(|line| !line.is_empty()) {
        Some(line) => probe(NAME, ProbeStatus::Ok, line),
        None => probe(NAME, ProbeStatus::Blocking, "installed, but `systemd-nspawn --version` fails"),
    }
}

fn bus() -> Probe {
    const NAME: &str = "D-Bus and PAM";
    let daemon = ["dbus-daemon", "dbus-broker"].iter().any(|program| Path::new("/usr/bin").join(program).exists());
    let pam = ["/usr/lib", "/usr/lib64"].iter().any(|lib| {
        Path::new(lib).join("security/pam_systemd.so").exists()
            || fs::read_dir(lib).is_ok_and(|mut dirs| {
                dirs.any(|dir| dir.is_ok_and(|dir| dir.path().join("security/pam_systemd.so").exists()))
            })
    });
    match (daemon, pam) {
        (true, true) => probe(NAME, ProbeStatus::Ok, "a message bus and pam_systemd, for the learner's shell"),
        (false, _) => missing(NAME, ProbeStatus::Blocking, "no message bus (dbus-daemon); shells need it", &BUS),
        (true, false) => missing(
            NAME,
            ProbeStatus::Limited,
            "no pam_systemd: when a shell exits, its background processes are killed, even with nohup",
            &BUS,
        ),
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
            fix: ["sysctl", "-w", "user.max_user_namespaces=10000"].map(str::to_owned).to_vec(),
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
            fix: ["mount", "-t", "cgroup2", "cgroup2", "/sys/fs/cgroup"].map(str::to_owned).to_vec(),
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
    if Path::new("/usr/bin/python3").exists() {
        probe(NAME, ProbeStatus::Ok, "/usr/bin/python3; the labs' services are written in it")
    } else {
        missing(NAME, ProbeStatus::Blocking, "no /usr/bin/python3; the labs' services are written in it", &PYTHON)
    }
}

fn sudo() -> Probe {
    const NAME: &str = "sudo";
    match which::which("sudo") {
        Ok(path) => probe(NAME, ProbeStatus::Ok, format!("{}; used for the steps that need root", path.display())),
        Err(_) => missing(NAME, ProbeStatus::Limited, "not installed; run unitlab as root", &Package(["sudo"; 4])),
    }
}

fn inotify() -> Probe {
    const NAME: &str = "inotify";
    let instances = number("/proc/sys/fs/inotify/max_user_instances").unwrap_or(128);
    let room = sandboxes_by_inotify(instances);
    let limit = if room < 3 { ProbeStatus::Limited } else { ProbeStatus::Ok };
    let mut probe = probe(NAME, limit, format!("{instances} instances: enough for about {room} sandboxes at once"));
    if limit == ProbeStatus::Limited {
        probe.fix = ["sysctl", "-w", "fs.inotify.max_user_instances=512"].map(str::to_owned).to_vec();
    }
    probe
}

fn number(path: &str) -> Option<u64> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{BUS, NSPAWN, PYTHON};

    #[test]
    fn each_package_manager_gets_its_own_command_line() {
        for (manager, package, command) in [
            ("apt-get", &NSPAWN, "apt-get install -y systemd-container"),
            ("apt-get", &BUS, "apt-get install -y dbus dbus-user-session libpam-systemd"),
            ("dnf", &NSPAWN, "dnf install -y systemd-container"),
            ("dnf", &BUS, "dnf install -y dbus systemd-pam"),
            ("zypper", &NSPAWN, "zypper --non-interactive install systemd-container"),
            ("zypper", &PYTHON, "zypper --non-interactive install python3"),
            ("pacman", &NSPAWN, "pacman -S --noconfirm --needed systemd"),
            ("pacman", &PYTHON, "pacman -S --noconfirm --needed python"),
            // No command for an unknown package manager.
            ("emerge", &NSPAWN, ""),
        ] {
            assert_eq!(package.install_by(|program| program == manager).join(" "), command);
        }
    }

    #[test]
    fn apt_get_is_preferred_over_other_package_managers() {
        // Debian has packages of dnf and zypper, for building images of other distributions.
        assert_eq!(NSPAWN.install_by(|_| true)[0], "apt-get");
    }
}
