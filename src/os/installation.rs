//! The commands that install missing software with the package manager of this distribution, what they cost, and how to
//! undo them.

use std::fs;
use std::time::Duration;

use super::child::{Limits, run};
use super::distribution::Family;
use super::software::{MissingSoftware, SEARCH_PATH, Software};

/// A package manager may be asked what it would do.
const ASK: Limits = Limits { time: Duration::from_secs(20), stdout: 1 << 20 };

/// apt-get's package lists.
const APT_LISTS: &str = "/var/lib/apt/lists";

/// How to install some packages on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Installation {
    family: Family,
    packages: Vec<String>,
}

/// Why nothing can be installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CannotInstall {
    #[error("unitlab does not know the package manager of this distribution")]
    UnknownDistribution,
    #[error("{0}")]
    NoManager(#[from] MissingSoftware),
    #[error("/usr is read-only here, so packages cannot be installed")]
    ReadOnly,
}

impl Installation {
    /// Of the packages that have this software.
    pub(crate) fn of(software: &[Software]) -> Result<Self, CannotInstall> {
        let family = family()?;
        Self::possible(family)?;
        Ok(Self::in_family(family, software.iter().map(|software| software.package(family).to_owned())))
    }

    pub(super) fn in_family(family: Family, packages: impl Iterator<Item = String>) -> Self {
        let mut packages: Vec<String> = packages.collect();
        packages.sort();
        packages.dedup();
        Self { family, packages }
    }

    fn possible(family: Family) -> Result<(), CannotInstall> {
        manager(family).path()?;
        // An image-based system, such as Fedora Silverblue.
        let usr = rustix::fs::statvfs("/usr");
        if usr.is_ok_and(|usr| usr.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY)) {
            return Err(CannotInstall::ReadOnly);
        }
        Ok(())
    }

    pub(super) fn family(&self) -> Family {
        self.family
    }

    pub(crate) fn packages(&self) -> &[String] {
        &self.packages
    }

    /// The package manager.
    pub(crate) fn manager(&self) -> Software {
        manager(self.family)
    }

    /// The arguments that install the packages without a question.
    pub(crate) fn install_args(&self) -> Vec<String> {
        self.args(match self.family {
            Family::Debian => &["install", "-y", "--no-remove", "--no-install-recommends"],
            Family::Fedora => &["install", "-y", "--setopt=install_weak_deps=False"],
            Family::Arch => &["-S", "--noconfirm", "--needed"],
            Family::Suse => &["--non-interactive", "install", "--no-recommends"],
        })
    }

    /// The arguments that fetch the package lists.
    pub(crate) fn refresh_args(&self) -> Vec<String> {
        let args: &[&str] = match self.family {
            Family::Debian => &["update"],
            Family::Fedora => &["makecache", "--refresh"],
            Family::Arch => &["-Sy"],
            Family::Suse => &["--non-interactive", "refresh"],
        };
        args.iter().map(|&arg| arg.to_owned()).collect()
    }

    /// Whether the lists may be fetched while the installed packages are older than them. Arch does not support that.
    pub(crate) fn may_refresh_old_lists(&self) -> bool {
        self.family != Family::Arch
    }

    /// Whether there are no package lists yet, so that they must be fetched first.
    pub(crate) fn lists_are_missing(&self) -> bool {
        let (dir, is_list): (_, fn(&str) -> bool) = match self.family {
            Family::Debian => (APT_LISTS, |name| name.contains("_Packages")),
            Family::Arch => ("/var/lib/pacman/sync", |name| name.contains(".db")),
            // They fetch their lists themselves.
            Family::Fedora | Family::Suse => return false,
        };
        let names =
            fs::read_dir(dir).into_iter().flatten().filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        !names.into_iter().any(|name| is_list(&name))
    }

    /// The command that installs the packages, as a user types it.
    pub(crate) fn install_line(&self) -> String {
        self.line(self.install_args())
    }

    /// The commands that are run, one in each line.
    pub(crate) fn lines(&self) -> Vec<String> {
        let refresh = self.lists_are_missing().then(|| self.line(self.refresh_args()));
        refresh.into_iter().chain([self.install_line()]).collect()
    }

    /// The command that removes the packages again, with those that came along.
    pub(crate) fn undo_line(&self) -> String {
        self.line(self.args(match self.family {
            Family::Debian => &["remove", "--autoremove"],
            Family::Fedora => &["remove"],
            Family::Arch => &["-Rs"],
            Family::Suse => &["remove", "--clean-deps"],
        }))
    }

    /// A sentence about the download and the disk space.
    pub(crate) fn cost(&self) -> String {
        let exact = (self.family == Family::Debian && !self.lists_are_missing()).then(|| self.ask_apt()).flatten();
        exact.map_or_else(
            || format!("It takes about {} MB of disk space.", self.about_megabytes()),
            |cost| cost.sentence(),
        )
    }

    /// Only simulates. `--assume-no` would not be enough: apt-get asks nothing if exactly the named packages are installed.
    fn ask_apt(&self) -> Option<Cost> {
        let ask = |program: Software, args: &[&str], more: &[String]| {
            let mut command = program.command().ok()?;
            command.args(args).args(more).env("LC_ALL", "C").env("PATH", SEARCH_PATH);
            let outcome = run(&mut command, b"", ASK).ok().filter(|outcome| outcome.status.success())?;
            Some(String::from_utf8_lossy(&outcome.stdout).into_owned())
        };
        let install = ["--simulate", "install", "--no-remove", "--no-install-recommends"];
        let versions = new_versions(&ask(Software::AptGet, &install, &self.packages)?);
        Cost::of(&ask(Software::AptCache, &["show"], &versions)?)
    }

    /// With dependencies, on a small system.
    fn about_megabytes(&self) -> u32 {
        let megabytes = |package: &String| match package.as_str() {
            "python3" | "python" => 35,
            "systemd" => 25,
            _ => 3,
        };
        self.packages.iter().map(megabytes).sum()
    }

    fn args(&self, args: &[&str]) -> Vec<String> {
        args.iter().map(|&arg| arg.to_owned()).chain(self.packages.iter().cloned()).collect()
    }

    fn line(&self, args: Vec<String>) -> String {
        std::iter::once(self.manager().name().to_owned()).chain(args).collect::<Vec<_>>().join(" ")
    }
}

fn manager(family: Family) -> Software {
    match family {
        Family::Debian => Software::AptGet,
        Family::Fedora => Software::Dnf,
        Family::Arch => Software::Pacman,
        Family::Suse => Software::Zypper,
    }
}

/// The family that os-release names, else the one of a package manager that is installed.
fn family() -> Result<Family, CannotInstall> {
    let installed = || {
        let families = [Family::Debian, Family::Fedora, Family::Suse, Family::Arch];
        families.into_iter().find(|family| manager(*family).is_installed())
    };
    Family::of_this_machine().or_else(installed).ok_or(CannotInstall::UnknownDistribution)
}

/// The packages that a simulation of apt-get installs, as `name=version`.
fn new_versions(simulation: &str) -> Vec<String> {
    let installs = simulation.lines().filter_map(|line| line.strip_prefix("Inst "));
    // An upgraded package has its old version in brackets: `Inst sudo [1.9.13] (1.9.16 Debian:13/stable [amd64])`.
    let version = |line: &str| {
        let (name, rest) = line.split_once(' ')?;
        let version = rest.split_once('(')?.1.split(' ').next()?;
        Some(format!("{name}={version}"))
    };
    installs.filter_map(version).collect()
}

/// In bytes.
#[derive(Debug, PartialEq, Eq)]
struct Cost {
    download: u64,
    disk: u64,
}

impl Cost {
    /// Adds up what apt-cache shows about the packages.
    fn of(shown: &str) -> Option<Self> {
        let sum = |key: &str| {
            let values = shown.lines().filter_map(|line| line.strip_prefix(key)?.trim().parse::<u64>().ok());
            values.reduce(u64::saturating_add)
        };
        Some(Self { download: sum("Size:")?, disk: sum("Installed-Size:")?.saturating_mul(1024) })
    }

    fn sentence(&self) -> String {
        let megabytes = |bytes: u64| format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10);
        format!("It downloads {} and takes {} of disk space.", megabytes(self.download), megabytes(self.disk))
    }
}

impl MissingSoftware {
    /// How to get it on this distribution.
    pub(crate) fn next(self) -> String {
        let name = self.0.name();
        match Installation::of(&[self.0]) {
            Ok(installation) => {
                let (package, line) = (installation.packages.concat(), as_root(&installation.install_line()));
                format!("unitlab doctor --fix installs the package {package}; or run `{line}`")
            }
            Err(CannotInstall::NoManager(_) | CannotInstall::UnknownDistribution) => {
                format!("install the package that has {name} with the package manager of this distribution")
            }
            Err(CannotInstall::ReadOnly) => {
                format!("/usr is read-only here: add the package that has {name} to the image of this system")
            }
        }
    }
}

/// The command line, with sudo unless this process is root.
pub(crate) fn as_root(line: &str) -> String {
    if rustix::process::geteuid().is_root() { line.to_owned() } else { format!("sudo {line}") }
}

#[cfg(test)]
mod tests {
    use super::{Cost, Family, Installation, MissingSoftware, Software, new_versions};

    fn installation(family: Family, software: &[Software]) -> Installation {
        Installation::in_family(family, software.iter().map(|software| software.package(family).to_owned()))
    }

    #[test]
    fn each_package_manager_gets_its_own_command_lines() {
        let wanted = [Software::Python, Software::Nspawn, Software::PamSystemd, Software::Systemctl];
        for (family, install, refresh, undo) in [
            (
                Family::Debian,
                "apt-get install -y --no-remove --no-install-recommends libpam-systemd python3 systemd systemd-container",
                "update",
                "apt-get remove --autoremove libpam-systemd python3 systemd systemd-container",
            ),
            (
                Family::Fedora,
                "dnf install -y --setopt=install_weak_deps=False python3 systemd systemd-container systemd-pam",
                "makecache --refresh",
                "dnf remove python3 systemd systemd-container systemd-pam",
            ),
            // One package has three of them.
            (Family::Arch, "pacman -S --noconfirm --needed python systemd", "-Sy", "pacman -Rs python systemd"),
            (
                Family::Suse,
                "zypper --non-interactive install --no-recommends python3 systemd systemd-container",
                "--non-interactive refresh",
                "zypper remove --clean-deps python3 systemd systemd-container",
            ),
        ] {
            let installation = installation(family, &wanted);
            assert_eq!(installation.install_line(), install);
            assert_eq!(installation.refresh_args().join(" "), refresh);
            assert_eq!(installation.undo_line(), undo);
        }
    }

    #[test]
    fn the_cost_is_the_sum_of_all_new_packages() {
        let simulation = "Reading package lists...\nInst libtirpc3t64 (1.3.6+ds-1 Debian:13.0/stable [amd64])\n\
                          Inst sudo [1.9.13-1] (1.9.16p2-3 Debian:13.0/stable [amd64]) []\n\
                          Conf libtirpc3t64 (1.3.6+ds-1 Debian:13.0/stable [amd64])\n";
        assert_eq!(new_versions(simulation), ["libtirpc3t64=1.3.6+ds-1", "sudo=1.9.16p2-3"]);
        let shown =
            "Package: a\nInstalled-Size: 6100\nSize: 1234567\nSHA256: 1\n\nPackage: b\nInstalled-Size: 4\nSize: 33\n";
        let cost = Cost::of(shown).unwrap();
        assert_eq!(cost.sentence(), "It downloads 1.2 MB and takes 6.2 MB of disk space.");
        assert_eq!(Cost::of(""), None);
        let arch = installation(Family::Arch, &[Software::Python]);
        assert_eq!(arch.cost(), "It takes about 35 MB of disk space.");
    }

    #[test]
    fn what_is_missing_comes_with_the_package_of_this_distribution() {
        let next = MissingSoftware(Software::Nspawn).next();
        match Family::of_this_machine() {
            Some(family) => assert!(next.contains(Software::Nspawn.package(family)), "{next}"),
            None => assert!(next.contains("systemd-nspawn"), "{next}"),
        }
    }
}
