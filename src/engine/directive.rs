//! The known directives: the section of each, its other names, and the property that `systemctl show` prints for it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::suggest::suggest;

/// `[Section]` lines, each followed by its directives. A few directives are in two sections: `[Service]` still accepts
/// some of `[Unit]` for compatibility, such as `StartLimitBurst`.
const DIRECTIVES: &str = include_str!("directives.txt");

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

/// The section of a service's unit file in which to write a directive.
pub(crate) fn section(key: &str) -> &'static str {
    sections(key).first().copied().unwrap_or("Service")
}

/// The sections in which a directive has effect; empty for an unknown one.
pub(crate) fn sections(key: &str) -> &'static [&'static str] {
    KNOWN.get(key).map_or(&[], Vec::as_slice)
}

pub(crate) fn is_known(key: &str) -> bool {
    KNOWN.contains_key(key)
}

/// Returns the known directive that a misspelt one was probably meant to be.
pub(crate) fn suggest_directive(key: &str) -> Option<&'static str> {
    suggest(key, KNOWN.keys().copied())
}

/// Whether a line with the directive `written` sets `key`: it may be an older name, or a directive that sets several.
pub(crate) fn sets(written: &str, key: &str) -> bool {
    const OTHERS: [(&str, &str); 4] = [
        ("TimeoutSec", "TimeoutStartSec"),
        ("TimeoutSec", "TimeoutStopSec"),
        ("StartLimitInterval", "StartLimitIntervalSec"),
        ("BindTo", "BindsTo"),
    ];
    written == key || OTHERS.contains(&(written, key))
}

/// Whether an empty value resets the directive. Dependencies on other units cannot be reset, see systemd.unit(5).
pub(crate) fn can_be_reset(key: &str) -> bool {
    const DEPENDENCIES: [&str; 21] = [
        "Wants",
        "Requires",
        "Requisite",
        "BindsTo",
        "PartOf",
        "Upholds",
        "Conflicts",
        "Before",
        "After",
        "OnFailure",
        "OnSuccess",
        "PropagatesReloadTo",
        "PropagateReloadTo",
        "ReloadPropagatedFrom",
        "PropagateReloadFrom",
        "PropagatesStopTo",
        "StopPropagatedFrom",
        "JoinsNamespaceOf",
        "Sockets",
        "RequiresOverridable",
        "RequisiteOverridable",
    ];
    !DEPENDENCIES.contains(&key)
}

/// The property that `systemctl show` prints for a directive.
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

/// The value of a directive that is not set, if no configuration of the manager can change this default.
pub(crate) fn default_of(key: &str) -> Option<&'static str> {
    match key {
        "Restart" | "RemainAfterExit" | "DynamicUser" => Some("no"),
        "User" => Some(""),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{property, section, sections, suggest_directive};

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
    fn a_misspelt_directive_is_corrected() {
        for (slip, meant) in [
            ("WorkingDir", Some("WorkingDirectory")),
            ("WorkingDirectroy", Some("WorkingDirectory")),
            ("user", Some("User")),
            ("Users", Some("User")),
            ("ExecStrat", Some("ExecStart")),
            ("RestartSecs", Some("RestartSec")),
            ("WantedBY", Some("WantedBy")),
            ("X-Mine", None),
        ] {
            assert_eq!(suggest_directive(slip), meant, "{slip}");
        }
    }
}
