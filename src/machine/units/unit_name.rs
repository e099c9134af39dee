//! A unit name that follows the rules of systemd.unit(5).

use crate::model::Unknown;

use crate::machine::unknown::unknown_with_remedy;

const TYPES: [&str; 11] =
    ["service", "socket", "target", "device", "mount", "automount", "swap", "timer", "path", "slice", "scope"];
/// `UNIT_NAME_MAX` of systemd without its terminator.
const MAX_LENGTH: usize = 255;

/// A valid full name, which `systemctl` neither escapes nor globs nor completes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct UnitName(String);

impl UnitName {
    pub(crate) fn parse(name: &str) -> Result<Self, Unknown> {
        let well_formed = |byte: u8| byte.is_ascii_alphanumeric() || b":-_.\\@".contains(&byte);
        let (stem, kind) = name.rsplit_once('.').unwrap_or_default();
        let valid = !stem.is_empty()
            && !stem.starts_with('@')
            && TYPES.contains(&kind)
            && name.len() <= MAX_LENGTH
            && name.bytes().all(well_formed);
        if valid {
            Ok(Self(name.to_owned()))
        } else {
            let shown: String = name.chars().take(80).collect();
            Err(unknown_with_remedy(
                format!("{shown:?} is not the full name of a unit"),
                "write it like sre-app.service; systemd-escape encodes other characters",
            ))
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// `service` of `sre-app.service`.
    pub(crate) fn kind(&self) -> &str {
        self.parts().2
    }

    /// This is a template such as `web@.service`; only its instances can be loaded.
    pub(crate) fn is_template(&self) -> bool {
        self.parts().1 == Some("")
    }

    /// The template of an instance: `web@.service` of `web@eu.service`.
    pub(crate) fn template(&self) -> Option<String> {
        match self.parts() {
            (prefix, Some(instance), kind) if !instance.is_empty() => Some(format!("{prefix}@.{kind}")),
            _ => None,
        }
    }

    /// The names whose `.d` directories apply to the unit, most specific first: its own, then those of its dashed
    /// prefixes, each followed by its template. The directory of the whole type is not among them.
    pub(crate) fn drop_in_names(&self) -> Vec<String> {
        let (prefix, instance, kind) = self.parts();
        let prefixes = [prefix].into_iter().chain(dashed_prefixes(prefix));
        let names = prefixes.flat_map(|prefix| match instance {
            None => vec![format!("{prefix}.{kind}")],
            Some("") => vec![format!("{prefix}@.{kind}")],
            Some(instance) => vec![format!("{prefix}@{instance}.{kind}"), format!("{prefix}@.{kind}")],
        });
        names.collect()
    }

    fn parts(&self) -> (&str, Option<&str>, &str) {
        let (stem, kind) = self.0.rsplit_once('.').unwrap_or((&self.0, ""));
        match stem.split_once('@') {
            Some((prefix, instance)) => (prefix, Some(instance), kind),
            None => (stem, None, kind),
        }
    }
}

/// `foo-bar-` and `foo-` of `foo-bar-baz`, longest first.
fn dashed_prefixes(prefix: &str) -> impl Iterator<Item = &str> {
    let own = prefix.strip_suffix('-').unwrap_or(prefix);
    own.rmatch_indices('-').map(|(at, _)| &prefix[..=at]).filter(|cut| cut.len() > 1)
}

#[cfg(test)]
mod tests {
    use super::UnitName;

    #[test]
    fn names_that_systemctl_would_change_are_refused() {
        for name in [
            "my app.service",
            "r_*.service",
            "a?.service",
            "[ab].service",
            "sre-app",
            ".service",
            "@x.service",
            "a/b.service",
            "a.service\n",
            "ä.service",
            "--help",
            "",
        ] {
            assert!(UnitName::parse(name).is_err(), "{name}");
        }
        assert!(UnitName::parse(&format!("{}.service", "a".repeat(300))).is_err());
        for name in ["sre-app.service", "my\\x20app.service", "-.slice", "a@b.service", "a@.service", "x.y.timer"] {
            assert!(UnitName::parse(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn drop_in_directories_in_the_managers_order() {
        for (name, directories) in [
            ("sre.service", vec!["sre.service"]),
            ("a-b-c.service", vec!["a-b-c.service", "a-b-.service", "a-.service"]),
            ("a@b.service", vec!["a@b.service", "a@.service"]),
            ("a-b@.service", vec!["a-b@.service", "a-@.service"]),
            ("a-b@c.service", vec!["a-b@c.service", "a-b@.service", "a-@c.service", "a-@.service"]),
            ("a-.service", vec!["a-.service"]),
            ("-.slice", vec!["-.slice"]),
        ] {
            assert_eq!(UnitName::parse(name).unwrap().drop_in_names(), directories, "{name}");
        }
    }

    #[test]
    fn only_instances_have_a_template() {
        for (name, template) in [("a@b.service", Some("a@.service")), ("a@.service", None), ("a.service", None)] {
            assert_eq!(UnitName::parse(name).unwrap().template().as_deref(), template, "{name}");
        }
        assert!(UnitName::parse("a@.service").unwrap().is_template());
        assert!(!UnitName::parse("a@b.service").unwrap().is_template());
    }
}
