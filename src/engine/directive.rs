//! Directives: where each belongs, what form its value has, and under which property the manager shows it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::suggest::suggest;
use crate::model::{RestartPolicy, TimeSpan};

/// `[Section]` lines, each followed by its directives. Sections overlap only where `[Service]` still accepts a directive
/// for compatibility, such as `StartLimitBurst`.
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

const COMMANDS: [&str; 7] =
    ["ExecCondition", "ExecStartPre", "ExecStart", "ExecStartPost", "ExecReload", "ExecStop", "ExecStopPost"];

/// The syntax of a value. The manager ignores a line with any other value, and logs a warning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ValueForm {
    /// By systemd.time(7).
    Span,
    /// `yes`, `no` and similar; see systemd.syntax(7).
    Boolean,
    /// A whole number that is not negative.
    Number,
    /// Exactly one of these words.
    Word(Vec<&'static str>),
    /// Not checked here. An empty value resets it.
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

/// The sections in which a directive has effect; empty if it is not known.
pub(crate) fn sections(key: &str) -> &'static [&'static str] {
    KNOWN.get(key).map_or(&[], Vec::as_slice)
}

/// Some section has this directive.
pub(crate) fn is_known(key: &str) -> bool {
    KNOWN.contains_key(key)
}

/// Returns the known directive that a misspelt one was probably meant to be.
pub(crate) fn suggest_directive(key: &str) -> Option<&'static str> {
    suggest(key, KNOWN.keys().copied())
}

/// What form a directive's values have.
pub(crate) fn form(key: &str) -> ValueForm {
    if key == "Restart" {
        ValueForm::Word(RestartPolicy::ALL.into_iter().map(RestartPolicy::word).collect())
    } else if key == "Type" {
        ValueForm::Word(TYPES.into())
    } else if key == "KillMode" {
        ValueForm::Word(KILL_MODES.into())
    } else if key == "StartLimitBurst" {
        ValueForm::Number
    } else if BOOLEANS.contains(&key) {
        ValueForm::Boolean
    } else if key.ends_with("Sec") && !key.ends_with("NSec") {
        ValueForm::Span
    } else {
        ValueForm::Free
    }
}

/// Whether the manager accepts this value. If not, the earlier value stays in effect.
pub(crate) fn takes(key: &str, value: &str) -> bool {
    match form(key) {
        ValueForm::Span => TimeSpan::parse(value).is_ok(),
        ValueForm::Boolean => boolean(value).is_some(),
        ValueForm::Number => number(value).is_some(),
        // An empty KillMode= restores the default.
        ValueForm::Word(words) => words.contains(&value) || key == "KillMode" && value.is_empty(),
        // With the prefix `-` systemd ignores a missing directory, and skips the line if this is not a path.
        ValueForm::Free if key == "WorkingDirectory" => {
            value.is_empty() || value.contains('%') || is_directory_path(value.strip_prefix('-').unwrap_or(value))
        }
        ValueForm::Free => true,
    }
}

/// The manager stops reading a file at this line. It then does not load a unit file, and ignores the rest of a drop-in.
/// Values with specifiers, quotes or escapes are not checked.
pub(crate) fn stops_parsing(key: &str, value: &str) -> bool {
    if key == "DynamicUser" {
        return boolean(value).is_none();
    }
    if value.is_empty() || value.contains('%') {
        return false;
    }
    match key {
        "User" | "Group" => !is_account_name(value),
        "SupplementaryGroups" => !value.contains(['"', '\'', '\\']) && !value.split([' ', '\t']).all(is_account_name),
        "WorkingDirectory" => !value.starts_with('-') && !is_directory_path(value),
        _ if COMMANDS.contains(&key) => !is_command(value),
        _ => false,
    }
}

/// An absolute path without `..`, or `~` for the home directory.
fn is_directory_path(path: &str) -> bool {
    path == "~" || path.starts_with('/') && path.split('/').all(|part| part != "..")
}

/// A command line that begins with a path or a program's name, and has balanced quotes. With the prefix `-` the manager
/// skips any other line instead of refusing the file.
fn is_command(line: &str) -> bool {
    let command = line.trim_start_matches(['@', '-', ':', '+', '!', '|']);
    if line[..line.len() - command.len()].contains('-') {
        return true;
    }
    let open = command.chars().fold(None, |open, letter| match (open, letter) {
        (None, '"' | '\'') => Some(letter),
        (Some(quote), _) if quote == letter => None,
        _ => open,
    });
    let program = command.split([' ', '\t']).next().unwrap_or_default();
    let plain = !program.chars().any(char::is_control) && !program.contains("\\\\");
    let named = program.contains(['"', '\'', '\\']) && plain
        || plain
            && !program.ends_with('/')
            && (program.starts_with('/') || !program.contains('/') && !program.is_empty());
    (open.is_none() || command.contains('\\')) && named
}

/// A name or number that systemd accepts for an account.
fn is_account_name(name: &str) -> bool {
    if name.is_empty() {
        return true;
    }
    let numeric = name.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit());
    if numeric {
        // systemd rejects these two: (uid_t) -1 in 32 and in 16 bits.
        return name.parse().is_ok_and(|id: u32| id != u32::MAX && id != 0xffff);
    }
    !name.contains([':', '/']) && !name.chars().any(char::is_control) && ![".", ".."].contains(&name)
}

/// A line of `written` sets `key`: it is the directive itself, an older name of it, or one that sets several.
pub(crate) fn sets(written: &str, key: &str) -> bool {
    const OTHERS: [(&str, &str); 4] = [
        ("TimeoutSec", "TimeoutStartSec"),
        ("TimeoutSec", "TimeoutStopSec"),
        ("StartLimitInterval", "StartLimitIntervalSec"),
        ("BindTo", "BindsTo"),
    ];
    written == key || OTHERS.contains(&(written, key))
}

/// Whether an empty value resets the directive. Dependencies cannot be reset; see systemd.unit(5).
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

/// Reads a number that is not negative as systemd does: `010` is eight, `0x10` sixteen.
pub(crate) fn number(text: &str) -> Option<u32> {
    let plain = text.strip_prefix('+').unwrap_or(text);
    let (digits, radix) = match plain.as_bytes() {
        [b'0', b'x' | b'X', ..] => (&plain[2..], 16),
        [b'0', b'o', ..] => (&plain[2..], 8),
        [b'0', b'b', ..] => (&plain[2..], 2),
        [b'0', _, ..] => (&plain[1..], 8),
        _ => (plain, 10),
    };
    // from_str_radix would accept a second sign.
    digits
        .starts_with(|first: char| first.is_ascii_hexdigit())
        .then(|| u32::from_str_radix(digits, radix).ok())
        .flatten()
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

/// The built-in default, for directives whose default no configuration of the manager changes.
pub(crate) fn default_of(key: &str) -> Option<&'static str> {
    match key {
        "Restart" | "RemainAfterExit" | "DynamicUser" => Some("no"),
        "User" => Some(""),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{boolean, number, property, section, sections, stops_parsing, suggest_directive, takes};

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
            ("KillMode", "", true),
            ("WorkingDirectory", "-srv", false),
            ("WorkingDirectory", "-~", true),
            ("User", "www # web", true),
        ] {
            assert_eq!(takes(key, value), taken, "{key}={value}");
        }
        for (text, read) in
            [("010", Some(8)), ("+0x10", Some(16)), ("0", Some(0)), ("-1", None), ("++1", None), ("", None)]
        {
            assert_eq!(number(text), read, "{text}");
        }
        assert_eq!((boolean("T"), boolean("OFF"), boolean("")), (Some(true), Some(false), None));
    }

    #[test]
    fn what_ends_the_reading_of_a_file() {
        for (key, value, ends) in [
            ("User", "www # web", false),
            ("User", "a/b", true),
            ("User", "a\tb", true),
            ("User", "-5", true),
            ("User", "65535", true),
            ("Group", "65534", false),
            ("SupplementaryGroups", "adm a:b", true),
            ("DynamicUser", "", true),
            ("DynamicUser", "maybe", true),
            ("RemainAfterExit", "maybe", false),
            ("WorkingDirectory", "srv", true),
            ("WorkingDirectory", "-srv", false),
            ("WorkingDirectory", "/srv/../etc", true),
            ("WorkingDirectory", "/srv/..data", false),
            ("WorkingDirectory", "~/data", true),
            ("ExecStart", "/bin/x\u{b}", true),
            ("ExecStart", "bin/server", true),
            ("ExecStart", "-bin/server", false),
            ("ExecStop", "/bin/echo \"", true),
            ("ExecStop", "+sleep 5", false),
            ("ExecStop", "", false),
            ("ExecSearchPath", "/opt:/srv/", false),
        ] {
            assert_eq!(stops_parsing(key, value), ends, "{key}={value}");
        }
    }

    #[test]
    fn a_misspelt_directive_is_recognised() {
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
