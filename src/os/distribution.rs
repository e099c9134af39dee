//! The family of Linux distributions that this machine belongs to: os-release(5).

use std::fs;
use std::sync::OnceLock;

/// Distributions with the same package manager and, mostly, the same package names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// Debian, Ubuntu, Mint …
    Debian,
    /// Fedora, RHEL, Rocky, Alma …
    Fedora,
    /// Arch, Manjaro …
    Arch,
    /// openSUSE, SLES …
    Suse,
}

/// The words of `ID=` and `ID_LIKE=` that name a family.
const WORDS: [(&str, Family); 8] = [
    ("debian", Family::Debian),
    ("ubuntu", Family::Debian),
    ("fedora", Family::Fedora),
    ("rhel", Family::Fedora),
    ("centos", Family::Fedora),
    ("arch", Family::Arch),
    ("suse", Family::Suse),
    ("opensuse", Family::Suse),
];

impl Family {
    /// The family of this machine; `None` if it is none of these.
    pub(crate) fn of_this_machine() -> Option<Self> {
        static FAMILY: OnceLock<Option<Family>> = OnceLock::new();
        *FAMILY.get_or_init(|| {
            let read = |path| fs::read_to_string(path).ok();
            Self::of(&read("/etc/os-release").or_else(|| read("/usr/lib/os-release"))?)
        })
    }

    /// The family that an os-release file names: `ID=` first, then the words of `ID_LIKE=`, the nearest relative first.
    fn of(os_release: &str) -> Option<Self> {
        let value = |key: &str| {
            let mut lines = os_release.lines().filter_map(|line| line.trim().split_once('='));
            // Of two lines with one key, the last counts.
            let value = lines.rfind(|(name, _)| *name == key).map(|(_, value)| value);
            value.unwrap_or_default().trim_matches(['"', '\''])
        };
        let named = |word: &str| {
            // openSUSE's IDs are opensuse-leap, opensuse-tumbleweed …
            let word = if word.starts_with("opensuse-") { "opensuse" } else { word };
            WORDS.iter().find(|(known, _)| *known == word).map(|(_, family)| *family)
        };
        std::iter::once(value("ID")).chain(value("ID_LIKE").split_whitespace()).find_map(named)
    }
}

#[cfg(test)]
mod tests {
    use super::Family;

    #[test]
    fn a_distribution_belongs_to_the_family_of_its_nearest_relative() {
        for (os_release, family) in [
            ("PRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\nID=debian\n", Some(Family::Debian)),
            ("ID=ubuntu\nID_LIKE=debian\n", Some(Family::Debian)),
            ("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", Some(Family::Debian)),
            ("ID=fedora\nVARIANT_ID=workstation\n", Some(Family::Fedora)),
            ("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", Some(Family::Fedora)),
            ("ID=\"amzn\"\nID_LIKE=\"fedora\"\n", Some(Family::Fedora)),
            ("ID=arch\n", Some(Family::Arch)),
            ("ID=manjaro\nID_LIKE=arch\n", Some(Family::Arch)),
            ("ID=\"opensuse-tumbleweed\"\nID_LIKE=\"opensuse suse\"\n", Some(Family::Suse)),
            ("ID='sles'\nID_LIKE='suse'\n", Some(Family::Suse)),
            ("ID=alpine\n", None),
            ("ID=nixos\n", None),
            ("ID=debian\nID=alpine\n", None),
            ("# ID=debian\nVERSION_ID=debian\n", None),
            ("", None),
        ] {
            assert_eq!(Family::of(os_release), family, "{os_release}");
        }
    }
}
