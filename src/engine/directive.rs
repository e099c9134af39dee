//! Directives: where each belongs, what form its value has, and under which property the manager shows it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::model::{RestartPolicy, TimeSpan};

/// `[Section]` lines, each followed by the names that count there. The sections do not overlap but for what `[Service]`
/// still takes for compatibility, such as `StartLimitBurst`.
const DIRECTIVES: &str = include_str!("directives.txt");

const BOOLEANS: [&str; 15] = [
    "RemainAfterExit",
    "GuessMainPID",
    "DynamicUser",
    "NoNewPrivileges",
    "PrivateTmp",
    "PrivateDevices",
    "PrivateNetwork",
    "PrivateUsers",
    "ProtectKernelTunables",
    "ProtectKernelModules",
    "ProtectControlGroups",
    "DefaultDependencies",
    "RefuseManualStart",
    "RefuseManualStop",
    "StopWhenUnneeded",
];

const TYPES: [&str; 8] = ["simple", "exec", "forking", "oneshot", "dbus", "notify", "notify-reload", "idle"];
const KILL_MODES: [&str; 4] = ["control-group", "mixed", "process", "none"];

/// What a value may look like; anything else is ignored by the manager, with a warning in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Form {
    /// By systemd.time(7).
    Span,
    /// `yes`, `no` and their like.
    Boolean,
    /// Exactly one of these words.
    Word(Vec<&'static str>),
    /// Anything, as far as this program knows; empty resets it.
    Free,
}

/// Each known directive, with the sections in which it has effect, in the order of a unit file.
static KNOWN: LazyLock<BTreeMap<&str, Vec<&str>>> = LazyLock::new(|| {
    let mut known: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut section = "";
    for line in DIRECTIVES.lines().filter(|line| !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name;
            continue;
        }
        for name in line.split_whitespace() {
            known.entry(name).or_default().push(section);
        }
    }
    known
});

/// The section to which a directive of a service belongs.
pub(crate) fn section(key: &str) -> &'static str {
    sections(key).first().copied().unwrap_or("Service")
}

/// The sections in which a directive has effect; none for one that is not known.
pub(crate) fn sections(key: &str) -> &'static [&'static str] {
    KNOWN.get(key).map_or(&[], Vec::as_slice)
}

/// Some section has this directive.
pub(crate) fn is_known(key: &str) -> bool {
    KNOWN.contains_key(key)
}

/// The known directive that was probably meant.
pub(crate) fn nearest(key: &str) -> Option<&'static str> {
    closest(key, KNOWN.keys().copied())
}

/// The word that is most like what was written, if one is.
pub(crate) fn closest<'a>(written: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written = written.to_lowercase();
    words
        .into_iter()
        .map(|word| (strsim::normalized_damerau_levenshtein(&written, &word.to_lowercase()), word))
        .filter(|(likeness, _)| *likeness > 0.74)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, word)| word)
}

/// What form a directive's values have.
pub(crate) fn form(key: &str) -> Form {
    if key == "Restart" {
        Form::Word(RestartPolicy::ALL.into_iter().map(RestartPolicy::word).collect())
    } else if key == "Type" {
        Form::Word(TYPES.into())
    } else if key == "KillMode" {
        Form::Word(KILL_MODES.into())
    } else if BOOLEANS.contains(&key) {
        Form::Boolean
    } else if key.ends_with("Sec") && !key.ends_with("NSec") {
        Form::Span
    } else {
        Form::Free
    }
}

/// The manager takes this value; one that it does not take leaves the earlier value as it was.
pub(crate) fn takes(key: &str, value: &str) -> bool {
    match form(key) {
        Form::Span => TimeSpan::parse(value).is_ok(),
        Form::Boolean => boolean(value).is_some(),
        Form::Word(words) => words.contains(&value),
        Form::Free => true,
    }
}

/// Reads a boolean as systemd.syntax(7) does.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    let is = |words: [&str; 6]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is(["1", "yes", "y", "true", "t", "on"]) {
        Some(true)
    } else if is(["0", "no", "n", "false", "f", "off"]) {
        Some(false)
    } else {
        None
    }
}

/// The property under which `systemctl show` gives a directive's effective value.
pub(crate) fn property(key: &str) -> Cow<'_, str> {
    match key {
        "CPUQuota" => "CPUQuotaPerSecUSec".into(),
        _ if key.ends_with("NSec") || key.ends_with("USec") => key.into(),
        _ => match key.strip_suffix("Sec") {
            Some(stem) => format!("{stem}USec").into(),
            None => key.into(),
        },
    }
}

/// What the manager has where nothing is written, for those directives where no configuration of it can change that.
pub(crate) fn default_of(key: &str) -> Option<&'static str> {
    match key {
        "Restart" | "RemainAfterExit" | "DynamicUser" => Some("no"),
        "User" => Some(""),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{boolean, nearest, property, section, sections, takes};

    #[test]
    fn properties_have_the_managers_names() {
        for (key, name) in [
            ("RestartSec", "RestartUSec"),
            ("StartLimitIntervalSec", "StartLimitIntervalUSec"),
            ("TimerSlackNSec", "TimerSlackNSec"),
            ("CPUQuota", "CPUQuotaPerSecUSec"),
            ("User", "User"),
        ] {
            assert_eq!(property(key), name);
        }
    }

    #[test]
    fn each_directive_has_its_section() {
        for (key, name) in
            [("After", "Unit"), ("User", "Service"), ("WantedBy", "Install"), ("StartLimitBurst", "Unit")]
        {
            assert_eq!(section(key), name);
        }
        assert_eq!(sections("StartLimitBurst"), ["Unit", "Service"]);
        assert_eq!(sections("StartLimitIntervalSec"), ["Unit"]);
    }

    #[test]
    fn what_the_manager_ignores() {
        for (key, value, taken) in [
            ("Restart", "always", true),
            ("Restart", "Always", false),
            ("Restart", "always # x", false),
            ("Restart", "", false),
            ("RestartSec", "5M", true),
            ("RestartSec", "-1", false),
            ("RestartSec", "3 # three", false),
            ("PrivateTmp", "On", true),
            ("PrivateTmp", "enabled", false),
            ("User", "", true),
            ("User", "www # web", true),
        ] {
            assert_eq!(takes(key, value), taken, "{key}={value}");
        }
        assert_eq!((boolean("T"), boolean("OFF"), boolean("")), (Some(true), Some(false), None));
    }

    #[test]
    fn slips_of_the_pen_are_recognised() {
        for (slip, meant) in [
            ("WorkingDir", None),
            ("WorkingDirectroy", Some("WorkingDirectory")),
            ("user", Some("User")),
            ("Users", Some("User")),
            ("ExecStrat", Some("ExecStart")),
            ("RestartSecs", Some("RestartSec")),
            ("WantedBY", Some("WantedBy")),
            ("X-Mine", None),
        ] {
            assert_eq!(nearest(slip), meant, "{slip}");
        }
    }
}
