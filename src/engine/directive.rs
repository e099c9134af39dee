//! Directives: where each belongs, what form its value has, and under which property the manager shows it.

use std::borrow::Cow;

use crate::model::{RestartPolicy, TimeSpan};

/// systemd.unit(5), `[Unit]`.
const UNIT: [&str; 26] = [
    "Description",
    "Documentation",
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
    "RequiresMountsFor",
    "JoinsNamespaceOf",
    "DefaultDependencies",
    "RefuseManualStart",
    "RefuseManualStop",
    "StopWhenUnneeded",
    "CollectMode",
    "StartLimitIntervalSec",
    "StartLimitBurst",
    "StartLimitAction",
    "ConditionPathExists",
    "AssertPathExists",
    "ConditionUser",
];

/// systemd.unit(5), `[Install]`.
const INSTALL: [&str; 6] = ["WantedBy", "RequiredBy", "UpheldBy", "Alias", "Also", "DefaultInstance"];

/// systemd.service(5), systemd.exec(5), systemd.kill(5): those that a service of these lessons may write.
const SERVICE: [&str; 71] = [
    "Type",
    "ExecStart",
    "ExecStartPre",
    "ExecStartPost",
    "ExecReload",
    "ExecStop",
    "ExecStopPost",
    "ExecCondition",
    "Restart",
    "RestartSec",
    "RestartPreventExitStatus",
    "RestartForceExitStatus",
    "SuccessExitStatus",
    "TimeoutStartSec",
    "TimeoutStopSec",
    "TimeoutAbortSec",
    "RuntimeMaxSec",
    "WatchdogSec",
    "RemainAfterExit",
    "GuessMainPID",
    "PIDFile",
    "BusName",
    "NotifyAccess",
    "OOMPolicy",
    "User",
    "Group",
    "SupplementaryGroups",
    "DynamicUser",
    "WorkingDirectory",
    "RootDirectory",
    "UMask",
    "Nice",
    "OOMScoreAdjust",
    "Environment",
    "EnvironmentFile",
    "PassEnvironment",
    "UnsetEnvironment",
    "StandardInput",
    "StandardOutput",
    "StandardError",
    "SyslogIdentifier",
    "LimitNOFILE",
    "LimitNPROC",
    "LimitCORE",
    "RuntimeDirectory",
    "StateDirectory",
    "CacheDirectory",
    "LogsDirectory",
    "ConfigurationDirectory",
    "CapabilityBoundingSet",
    "AmbientCapabilities",
    "NoNewPrivileges",
    "PrivateTmp",
    "PrivateDevices",
    "PrivateNetwork",
    "PrivateUsers",
    "ProtectSystem",
    "ProtectHome",
    "ProtectKernelTunables",
    "ProtectKernelModules",
    "ProtectControlGroups",
    "ReadWritePaths",
    "ReadOnlyPaths",
    "InaccessiblePaths",
    "MemoryMax",
    "MemoryHigh",
    "TasksMax",
    "CPUQuota",
    "KillMode",
    "KillSignal",
    "Slice",
];

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

/// The section in which a directive of a service counts.
pub(crate) fn section(key: &str) -> &'static str {
    if UNIT.contains(&key) {
        "Unit"
    } else if INSTALL.contains(&key) {
        "Install"
    } else {
        "Service"
    }
}

/// This program knows the directive.
pub(crate) fn is_known(key: &str) -> bool {
    known().any(|name| name == key)
}

/// The known directive that was probably meant.
pub(crate) fn nearest(key: &str) -> Option<&'static str> {
    closest(key, known())
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

fn known() -> impl Iterator<Item = &'static str> {
    UNIT.into_iter().chain(SERVICE).chain(INSTALL)
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
    use super::{boolean, nearest, property, section, takes};

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
