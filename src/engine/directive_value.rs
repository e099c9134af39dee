//! The values of directives: their syntax, and what the manager does with a value that it does not accept.

use crate::model::{RestartPolicy, TimeSpan};

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

/// The syntax of a directive's values. The manager ignores other values and logs a warning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ValueForm {
    /// See systemd.time(7).
    Span,
    /// See systemd.syntax(7): `yes`, `off`, `1` …
    Boolean,
    /// A whole number, not negative.
    Number,
    OneOf(Vec<&'static str>),
    /// Not checked; an empty value resets the directive.
    Any,
}

pub(crate) fn value_form(key: &str) -> ValueForm {
    if key == "Restart" {
        ValueForm::OneOf(RestartPolicy::ALL.into_iter().map(RestartPolicy::word).collect())
    } else if key == "Type" {
        ValueForm::OneOf(TYPES.into())
    } else if key == "KillMode" {
        ValueForm::OneOf(KILL_MODES.into())
    } else if key == "StartLimitBurst" {
        ValueForm::Number
    } else if BOOLEANS.contains(&key) {
        ValueForm::Boolean
    } else if key.ends_with("Sec") && !key.ends_with("NSec") {
        ValueForm::Span
    } else {
        ValueForm::Any
    }
}

/// Whether the manager accepts the value. Otherwise it ignores the line and keeps the earlier value.
pub(crate) fn is_accepted(key: &str, value: &str) -> bool {
    match value_form(key) {
        ValueForm::Span => TimeSpan::parse(value).is_ok(),
        ValueForm::Boolean => boolean(value).is_some(),
        ValueForm::Number => number(value).is_some(),
        // An empty KillMode= restores the default.
        ValueForm::OneOf(words) => words.contains(&value) || key == "KillMode" && value.is_empty(),
        // With `-` in front, an invalid path is only a warning.
        ValueForm::Any if key == "WorkingDirectory" => {
            value.is_empty() || value.contains('%') || is_directory_path(value.strip_prefix('-').unwrap_or(value))
        }
        ValueForm::Any => true,
    }
}

/// Whether the manager stops reading the file at this line. It then does not load the unit, or ignores the rest of the
/// drop-in. Values with specifiers, quotes or escapes are not checked.
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

/// An absolute path without `..`, or `~`.
fn is_directory_path(path: &str) -> bool {
    path == "~" || path.starts_with('/') && path.split('/').all(|part| part != "..")
}

/// A command line that begins with an absolute path or a program's name, and closes its quotes. With `-` in front, the
/// manager only ignores an invalid one.
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

/// A valid name or number of an account.
fn is_account_name(name: &str) -> bool {
    if name.is_empty() {
        return true;
    }
    let numeric = name.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit());
    if numeric {
        // The kernel uses these two for "no id".
        return name.parse().is_ok_and(|id: u32| id != u32::MAX && id != 0xffff);
    }
    !name.contains([':', '/']) && !name.chars().any(char::is_control) && ![".", ".."].contains(&name)
}

/// Parses a number that is not negative, as systemd does: `010` is eight, `0x10` is sixteen.
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

/// Parses a boolean of systemd.syntax(7).
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

#[cfg(test)]
mod tests {
    use super::{boolean, is_accepted, number, stops_parsing};

    #[test]
    fn values_that_the_manager_ignores() {
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
            assert_eq!(is_accepted(key, value), taken, "{key}={value}");
        }
        for (text, read) in
            [("010", Some(8)), ("+0x10", Some(16)), ("0", Some(0)), ("-1", None), ("++1", None), ("", None)]
        {
            assert_eq!(number(text), read, "{text}");
        }
        assert_eq!((boolean("T"), boolean("OFF"), boolean("")), (Some(true), Some(false), None));
    }

    #[test]
    fn values_at_which_the_manager_stops_reading() {
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
}
