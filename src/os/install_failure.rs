//! Why a package manager failed, and what the user can do.

use super::distribution::Family;
use super::installation::Installation;

/// Why an installation failed, as far as the package manager's messages show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InstallFailure {
    /// The package lists are too old, or name no such package.
    OldLists,
    NoNetwork,
    /// Another package manager runs.
    Locked,
    DiskFull,
    /// Installed or held packages contradict the new ones.
    Conflict,
    /// An earlier installation was interrupted.
    Unfinished,
    Other,
}

/// Messages of apt-get, dnf, zypper and pacman. A cause that explains others comes before them.
const MESSAGES: [(InstallFailure, &[&str]); 6] = [
    (InstallFailure::Unfinished, &["dpkg was interrupted"]),
    (
        InstallFailure::Locked,
        &[
            "Could not get lock",
            "Unable to acquire the dpkg frontend lock",
            "Unable to lock",
            "unable to lock database",
            "System management is locked",
        ],
    ),
    (
        InstallFailure::DiskFull,
        &["No space left on device", "enough free space", "not enough free disk space", "more space needed"],
    ),
    (
        InstallFailure::NoNetwork,
        &[
            "Temporary failure resolving",
            "Could not resolve",
            "Couldn't resolve",
            "Could not connect",
            "Network is unreachable",
            "Connection timed out",
            "Connection refused",
            "connection timed out",
            "Failed to connect",
        ],
    ),
    (
        InstallFailure::Conflict,
        &[
            "held broken packages",
            "unmet dependencies",
            "Held packages were changed",
            "remove is disabled",
            "conflicting requests",
        ],
    ),
    (
        InstallFailure::OldLists,
        &[
            "404  Not Found",
            "error: 404",
            "Unable to locate package",
            "has no installation candidate",
            "Hash Sum mismatch",
            "package lists or status file could not be parsed",
            "target not found",
            "Unable to find a match",
            "No match for argument",
            "not found in package names",
        ],
    ),
];

impl InstallFailure {
    /// Finds the cause in the package manager's output.
    pub(crate) fn find(output: &str) -> Self {
        let mut causes = MESSAGES.iter();
        causes
            .find(|(_, messages)| messages.iter().any(|message| output.contains(message)))
            .map_or(Self::Other, |(cause, _)| *cause)
    }

    /// What the user can do.
    pub(crate) fn next(self, installation: &Installation) -> String {
        let again = "then run the same command again";
        match (self, installation.family()) {
            (Self::OldLists, Family::Arch) => format!("update this machine with `pacman -Syu`, {again}"),
            (Self::OldLists, _) => {
                format!("see whether the repositories of this distribution are enabled and up to date, {again}")
            }
            (Self::NoNetwork, _) => format!("connect this machine to the network, {again}"),
            (Self::Locked, _) => format!("wait until the other package manager has finished, {again}"),
            (Self::DiskFull, _) => format!("free some space on the disk, {again}"),
            (Self::Conflict, Family::Debian) => {
                format!("see `apt-mark showhold` and `apt-get upgrade --simulate`, resolve it, {again}")
            }
            (Self::Unfinished, _) => {
                format!("finish the earlier installation as root with `dpkg --configure -a`, {again}")
            }
            (Self::Conflict | Self::Other, _) => format!("run `{}` as root and see why", installation.install_line()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Family, InstallFailure, Installation};

    #[test]
    fn the_cause_of_a_failure_is_found_in_the_package_managers_words() {
        for (output, cause) in [
            ("E: Unable to locate package systemd-container", InstallFailure::OldLists),
            ("Err:1 http://deb.debian.org/debian x 1\n  404  Not Found [IP: 1.2.3.4 80]", InstallFailure::OldLists),
            ("error: target not found: systemd", InstallFailure::OldLists),
            ("Error: Unable to find a match: systemd-container", InstallFailure::OldLists),
            // Without a network, `apt-get update` exits with 0, and then the package is not found either.
            (
                "W: Failed to fetch http://x  Temporary failure resolving 'x'\nE: Unable to locate package dbus",
                InstallFailure::NoNetwork,
            ),
            ("curl: (6) Could not resolve host: mirrors.fedoraproject.org", InstallFailure::NoNetwork),
            (
                "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 4711 (unattended-upgr)",
                InstallFailure::Locked,
            ),
            ("error: failed to init transaction (unable to lock database)", InstallFailure::Locked),
            ("dpkg: error processing archive x.deb: No space left on device", InstallFailure::DiskFull),
            ("E: You don't have enough free space in /var/cache/apt/archives/.", InstallFailure::DiskFull),
            ("E: Unable to correct problems, you have held broken packages.", InstallFailure::Conflict),
            ("E: Packages need to be removed but remove is disabled.", InstallFailure::Conflict),
            ("E: dpkg was interrupted, you must manually run 'dpkg --configure -a'", InstallFailure::Unfinished),
            ("E: Sub-process /usr/bin/dpkg returned an error code (1)", InstallFailure::Other),
        ] {
            assert_eq!(InstallFailure::find(output), cause, "{output}");
        }
        let debian = Installation::in_family(Family::Debian, ["sudo".to_owned()].into_iter());
        assert_eq!(
            InstallFailure::Other.next(&debian),
            "run `apt-get install -y --no-remove --no-install-recommends sudo` as root and see why"
        );
        assert!(InstallFailure::NoNetwork.next(&debian).starts_with("connect this machine to the network"));
    }
}
