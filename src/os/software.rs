//! The programs and files of this machine that unitlab and its labs use: where each is, what it is for, and which
//! package has it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::distribution::Family;

/// Where programs are looked for, and the `PATH` of those that run on this machine. Without `/usr/local`: what somebody
/// put there is not the system's.
pub(crate) const SEARCH_PATH: &str = "/usr/sbin:/usr/bin:/sbin:/bin";

/// A program or a file that a package of the distribution brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Software {
    Nspawn,
    Systemctl,
    SystemdRun,
    Journalctl,
    MessageBus,
    UserBus,
    PamSystemd,
    Sudo,
    Python,
    Ps,
    Ss,
    Curl,
    Editor,
    Getent,
    Rm,
    Mount,
    Sysctl,
    AptGet,
    AptCache,
    Dnf,
    Pacman,
    Zypper,
}

/// What is looked for.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// A program in [`SEARCH_PATH`]: the first of these names that is there.
    Program(&'static [&'static str]),
    /// This path below a directory of libraries.
    Library(&'static str),
    File(&'static str),
}

struct Row {
    name: &'static str,
    place: Place,
    /// A clause about it.
    purpose: &'static str,
    /// The names of its package in Debian, Fedora, Arch and openSUSE.
    packages: [&'static str; 4],
}

const SYSTEMD: [&str; 4] = ["systemd"; 4];

/// Every software that a user may be asked to install.
const ALL: [Software; 16] = [
    Software::Nspawn,
    Software::Systemctl,
    Software::SystemdRun,
    Software::Journalctl,
    Software::MessageBus,
    Software::UserBus,
    Software::PamSystemd,
    Software::Sudo,
    Software::Python,
    Software::Ps,
    Software::Ss,
    Software::Curl,
    Software::Editor,
    Software::Getent,
    Software::Mount,
    Software::Sysctl,
];

const COUNT: usize = Software::Zypper as usize + 1;

impl Software {
    /// The one table of all of them.
    #[rustfmt::skip]
    fn row(self) -> Row {
        use Place::{File, Library, Program};
        let row = |name, place, purpose, packages| Row { name, place, purpose, packages };
        match self {
            Self::Nspawn => row("systemd-nspawn", Program(&["systemd-nspawn"]), "it boots the sandboxes", ["systemd-container", "systemd-container", "systemd", "systemd-container"]),
            Self::Systemctl => row("systemctl", Program(&["systemctl"]), "it asks systemd", SYSTEMD),
            Self::SystemdRun => row("systemd-run", Program(&["systemd-run"]), "it starts transient services", SYSTEMD),
            Self::Journalctl => row("journalctl", Program(&["journalctl"]), "it reads the journal", SYSTEMD),
            Self::MessageBus => row("dbus-daemon", Program(&["dbus-daemon", "dbus-broker"]), "the message bus of the sandboxes, which shells need", ["dbus", "dbus-broker", "dbus", "dbus-1"]),
            Self::UserBus => row("the user bus", File("/usr/lib/systemd/user/dbus.socket"), "`systemctl --user` in a sandbox needs it", ["dbus-user-session", "dbus-common", "dbus", "dbus-1"]),
            Self::PamSystemd => row("pam_systemd", Library("security/pam_systemd.so"), "without it, background processes are killed when a shell exits, even with nohup", ["libpam-systemd", "systemd-pam", "systemd", "systemd"]),
            Self::Sudo => row("sudo", Program(&["sudo"]), "learners use it in the sandboxes, and unitlab for the steps that need root", ["sudo"; 4]),
            Self::Python => row("python3", Program(&["python3"]), "the labs' services are written in it", ["python3", "python3", "python", "python3"]),
            Self::Ps => row("ps", Program(&["ps"]), "lessons and labs list processes with it", ["procps", "procps-ng", "procps-ng", "procps"]),
            Self::Ss => row("ss", Program(&["ss"]), "lessons and labs list sockets with it", ["iproute2", "iproute", "iproute2", "iproute2"]),
            Self::Curl => row("curl", Program(&["curl"]), "labs ask web servers with it", ["curl"; 4]),
            Self::Editor => row("an editor", Program(&["editor", "nano", "vim", "vi"]), "`systemctl edit` opens it", ["nano"; 4]),
            Self::Getent => row("getent", Program(&["getent"]), "it looks up accounts that are not in /etc/passwd", ["libc-bin", "glibc-common", "glibc", "glibc"]),
            Self::Rm => row("rm", Program(&["rm"]), "it removes the files of a sandbox", ["coreutils"; 4]),
            Self::Mount => row("mount", Program(&["mount"]), "it mounts the control groups", ["mount", "util-linux-core", "util-linux", "util-linux"]),
            Self::Sysctl => row("sysctl", Program(&["sysctl"]), "it changes limits of the kernel", ["procps", "procps-ng", "procps-ng", "procps"]),
            Self::AptGet => row("apt-get", Program(&["apt-get"]), "it installs packages", ["apt"; 4]),
            Self::AptCache => row("apt-cache", Program(&["apt-cache"]), "it shows packages", ["apt"; 4]),
            Self::Dnf => row("dnf", Program(&["dnf"]), "it installs packages", ["dnf"; 4]),
            Self::Pacman => row("pacman", Program(&["pacman"]), "it installs packages", ["pacman"; 4]),
            Self::Zypper => row("zypper", Program(&["zypper"]), "it installs packages", ["zypper"; 4]),
        }
    }

    /// The one that messages call so.
    pub(crate) fn named(name: &str) -> Option<Self> {
        ALL.into_iter().find(|software| software.name() == name)
    }

    /// How messages call it.
    pub(crate) fn name(self) -> &'static str {
        self.row().name
    }

    /// A clause that says what it is for.
    pub(crate) fn purpose(self) -> &'static str {
        self.row().purpose
    }

    /// The name of its package in a family of distributions.
    pub(crate) fn package(self, family: Family) -> &'static str {
        self.row().packages[family as usize]
    }

    /// Finds it. What was found once is not looked for again.
    pub(crate) fn path(self) -> Result<&'static Path, MissingSoftware> {
        static FOUND: [OnceLock<PathBuf>; COUNT] = [const { OnceLock::new() }; COUNT];
        let slot = &FOUND[self as usize];
        if slot.get().is_none() {
            // It may be installed later in this run, so only a success is remembered.
            let _ = slot.set(self.look().ok_or(MissingSoftware(self))?);
        }
        slot.get().map(PathBuf::as_path).ok_or(MissingSoftware(self))
    }

    pub(crate) fn is_installed(self) -> bool {
        self.path().is_ok()
    }

    /// A command line that begins with this program.
    pub(crate) fn command(self) -> Result<Command, MissingSoftware> {
        self.path().map(Command::new)
    }

    fn look(self) -> Option<PathBuf> {
        match self.row().place {
            Place::Program(names) => names.iter().find_map(|name| which::which_in(name, Some(SEARCH_PATH), "/").ok()),
            Place::Library(below) => library(below),
            Place::File(path) => Some(PathBuf::from(path)).filter(|path| path.exists()),
        }
    }
}

/// Looks below `/usr/lib`, `/usr/lib64`, and the directories of one architecture in them.
fn library(below: &str) -> Option<PathBuf> {
    ["/usr/lib", "/usr/lib64"].map(Path::new).iter().find_map(|lib| {
        let inner = fs::read_dir(lib).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
        std::iter::once(lib.to_path_buf()).chain(inner).map(|dir| dir.join(below)).find(|path| path.exists())
    })
}

/// A program or file is not on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{} is not installed; {}", .0.name(), .0.purpose())]
pub(crate) struct MissingSoftware(pub(crate) Software);

impl From<MissingSoftware> for io::Error {
    fn from(missing: MissingSoftware) -> Self {
        Self::new(io::ErrorKind::NotFound, format!("{missing}; {}", missing.next()))
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::{Family, MissingSoftware, SEARCH_PATH, Software};

    #[test]
    fn programs_are_found_in_the_directories_of_the_system_only() {
        for program in [Software::Rm, Software::Getent, Software::Mount] {
            let path = program.path().unwrap();
            assert!(
                SEARCH_PATH.split(':').any(|dir| path.parent().unwrap().ends_with(&dir[1..])),
                "{}",
                path.display()
            );
            assert!(path.is_absolute() && path.ends_with(program.name()));
            // The same allocation: it was not looked for again.
            assert!(std::ptr::eq(path, program.path().unwrap()));
        }
        assert!(!SEARCH_PATH.contains("local"));
        assert_eq!(Software::Rm.command().unwrap().get_program(), Software::Rm.path().unwrap());
        assert_ne!(Software::Rm.command().unwrap().get_program(), Command::new("rm").get_program());
    }

    #[test]
    fn each_distribution_has_its_own_package_names() {
        for (software, names) in [
            (Software::Nspawn, ["systemd-container", "systemd-container", "systemd", "systemd-container"]),
            (Software::PamSystemd, ["libpam-systemd", "systemd-pam", "systemd", "systemd"]),
            (Software::Ss, ["iproute2", "iproute", "iproute2", "iproute2"]),
        ] {
            let families = [Family::Debian, Family::Fedora, Family::Arch, Family::Suse];
            assert_eq!(families.map(|family| software.package(family)), names);
        }
        let what = MissingSoftware(Software::Python).to_string();
        assert_eq!(what, "python3 is not installed; the labs' services are written in it");
    }
}
