//! A command that is not on the service's `PATH`, or a variable that the unit does not set. The program's messages name
//! it; the unit and the disk must confirm it.

use std::path::{Path, PathBuf};

use crate::model::{Content, MissingFromEnvironment, UnitFact};

use crate::machine::files::program_format::{SEARCH_PATH, is_program};
use crate::machine::files::read::read;
use crate::machine::view::View;

/// More are not reported.
const MAX_MISSING: usize = 4;
/// A shell's error for a variable that is not set.
const UNSET_ERRORS: [&str; 3] = [": parameter not set", ": parameter null or not set", ": unbound variable"];
/// Phrases of other programs about a missing environment variable.
const MISSING_PHRASES: [&str; 6] = ["not set", "unset", "missing", "required", "must be set", "undefined"];
/// Directories of programs that are not on a service's `PATH`; `*` matches any directory.
const USUAL_DIRECTORIES: [&str; 8] = [
    "/usr/games",
    "/snap/bin",
    "/opt/bin",
    "/opt/*/bin",
    "/home/*/bin",
    "/home/*/.local/bin",
    "/root/bin",
    "/root/.local/bin",
];
/// More directories are not searched.
const MAX_DIRECTORIES: usize = 64;

/// What is missing, by the last messages of the program, the latest first.
pub(crate) fn missing_from_environment(
    view: &View,
    unit: &UnitFact,
    messages: &[String],
) -> Vec<MissingFromEnvironment> {
    // "Referenced but unset" is a message of systemd.
    let lines = || messages.iter().rev().map(|line| line.trim()).filter(|line| !line.contains("Referenced but unset"));
    let (mut commands, mut names): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    commands.extend(lines().filter_map(reported_command));
    let of_environment =
        messages.iter().any(|line| ["os.environ", "<frozen os>", "/os.py\""].iter().any(|it| line.contains(it)));
    names.extend(lines().filter_map(|line| reported_variable(line, of_environment)));
    if commands.is_empty() && names.is_empty() {
        return vec![];
    }
    let Some(assignments) = assignments(view, unit) else { return vec![] };
    commands.dedup();
    names.dedup();
    let commands = commands.into_iter().filter_map(|name| missing_command(view, unit, &assignments, name));
    let passed = unit.list("PassEnvironment");
    let unset = names.into_iter().filter(|name| !passed.contains(name) && value_of(&assignments, name).is_none());
    commands
        .chain(unset.map(|name| MissingFromEnvironment::Variable { name: name.to_owned() }))
        .take(MAX_MISSING)
        .collect()
}

/// `NAME=value` of the unit and then of its files; `None` if a file cannot be read.
fn assignments(view: &View, unit: &UnitFact) -> Option<Vec<String>> {
    let mut assignments: Vec<String> = unit.list("Environment").into_iter().map(without_quotes).collect();
    for line in unit.get("EnvironmentFiles").lines() {
        let (path, optional) = line.rsplit_once(" (ignore_errors=")?;
        match read(view, Path::new(path)) {
            Content::Text { text, .. } => assignments.extend(text.lines().map(|line| without_quotes(line.trim()))),
            Content::Empty => {}
            _ if optional.starts_with("yes") => {}
            _ => return None,
        }
    }
    Some(assignments)
}

/// Without quotation marks.
fn without_quotes(assignment: &str) -> String {
    assignment.replace(['"', '\''], "")
}

fn value_of<'g>(assignments: &'g [String], name: &str) -> Option<&'g str> {
    assignments.iter().rev().find_map(|assignment| assignment.strip_prefix(name)?.strip_prefix('='))
}

/// The command, if it is not on the service's `PATH`.
fn missing_command(view: &View, unit: &UnitFact, assignments: &[String], name: &str) -> Option<MissingFromEnvironment> {
    let search = unit.list("ExecSearchPath").join(":");
    let path = value_of(assignments, "PATH").unwrap_or(&search);
    let directories = if path.is_empty() {
        SEARCH_PATH.map(PathBuf::from).to_vec()
    } else {
        path.split(':').map(PathBuf::from).collect()
    };
    if directories.iter().any(|directory| is_program(view, &directory.join(name))) {
        return None;
    }
    let usual =
        SEARCH_PATH.iter().chain(&USUAL_DIRECTORIES).flat_map(|pattern| expand(view, pattern)).take(MAX_DIRECTORIES);
    let elsewhere = usual.into_iter().map(|directory| directory.join(name)).find(|path| is_program(view, path));
    let elsewhere = elsewhere.and_then(|path| path.to_str().map(str::to_owned));
    Some(MissingFromEnvironment::Command { name: name.to_owned(), path: path.to_owned(), elsewhere })
}

fn expand(view: &View, pattern: &str) -> Vec<PathBuf> {
    let Some((above, below)) = pattern.split_once("/*/") else { return vec![pattern.into()] };
    let names = view.list(Path::new(above), MAX_DIRECTORIES).unwrap_or_default();
    let mut found: Vec<PathBuf> = names.iter().map(|name| Path::new(above).join(name).join(below)).collect();
    found.sort();
    found
}

/// The command that a line of a shell, of env(1) or of Go reports as not found.
fn reported_command(line: &str) -> Option<&str> {
    let (_, name) = if let Some(before) = line.strip_suffix(": command not found") {
        before.rsplit_once(": ")?
    } else if let Some(before) = line.strip_suffix(": not found") {
        // Anything may be "not found"; a shell adds the line number.
        let (place, name) = before.rsplit_once(": ")?;
        let number = place.rsplit(": ").next()?.trim_start_matches("line ");
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        (place, name)
    } else if let Some(before) = line.strip_suffix(": No such file or directory") {
        let (program, name) = before.split_once(": ")?;
        if program.rsplit('/').next() != Some("env") {
            return None;
        }
        (program, name.trim_matches(['\'', '‘', '’']))
    } else {
        let rest = line.strip_suffix("\": executable file not found in $PATH")?;
        rest.rsplit_once("exec: \"")?
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || "._+-".contains(c);
    (!name.is_empty() && !name.starts_with(['-', '.']) && name.chars().all(plain)).then_some(name)
}

/// The variable that a line reports as not set. `of_environment`: the messages show that Python read `os.environ`.
fn reported_variable(line: &str, of_environment: bool) -> Option<&str> {
    let name = if let Some(before) = UNSET_ERRORS.iter().find_map(|words| line.strip_suffix(words)) {
        before.rsplit(": ").next()?
    } else if let Some(key) = line.strip_prefix("KeyError: '").filter(|_| of_environment) {
        key.strip_suffix('\'')?
    } else {
        let lower = line.to_ascii_lowercase();
        if !lower.contains("environment variable") || !MISSING_PHRASES.iter().any(|words| lower.contains(words)) {
            return None;
        }
        let words = line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let mut names = words
            .filter(|word| word.len() > 2 && is_variable_name(word) && !["ERROR", "FATAL", "WARNING"].contains(word));
        names.next().filter(|_| names.next().is_none())?
    };
    is_variable_name(name).then_some(name)
}

/// The name of an environment variable: in capitals, unlike most variables of a script.
fn is_variable_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::{
        MissingFromEnvironment, UnitFact, View, missing_from_environment, reported_command, reported_variable,
    };

    #[test]
    fn missing_commands_are_found_in_messages() {
        for (line, name) in [
            ("/bin/sh: 1: no-such-tool: not found", Some("no-such-tool")),
            ("/opt/serve.sh: line 3: jq: command not found", Some("jq")),
            ("bash: jq: command not found", Some("jq")),
            ("/usr/bin/env: ‘node’: No such file or directory", Some("node")),
            ("env: 'python3.11': No such file or directory", Some("python3.11")),
            ("exec: \"pg_dump\": executable file not found in $PATH", Some("pg_dump")),
            ("/usr/bin/env: ‘sh\\r’: No such file or directory", None),
            ("/bin/sh: 1: ./serve: not found", None),
            ("/bin/sh: 1: sleep\r: not found", None),
            ("GET /x: not found", None),
            ("cat: notes: No such file or directory", None),
        ] {
            assert_eq!(reported_command(line), name, "{line}");
        }
    }

    #[test]
    fn missing_variables_are_found_in_messages() {
        for (line, python, name) in [
            ("/bin/sh: 1: DATABASE_URL: parameter not set", false, Some("DATABASE_URL")),
            ("/opt/x.sh: line 4: HOME: unbound variable", false, Some("HOME")),
            ("/opt/x.sh: line 4: 1: unbound variable", false, None),
            ("/opt/x.sh: line 4: file: unbound variable", false, None),
            ("KeyError: 'HOME'", true, Some("HOME")),
            ("KeyError: 'HOME'", false, None),
            ("KeyError: 'name'", true, None),
            ("FATAL: environment variable API_TOKEN is not set", false, Some("API_TOKEN")),
            ("environment variables A_B and C_D must be set", false, None),
            ("environment variable API_TOKEN is in use", false, None),
        ] {
            assert_eq!(reported_variable(line, python), name, "{line}");
        }
    }

    #[test]
    fn what_the_unit_sets_is_not_missing() {
        let unit = |environment: &str| UnitFact { properties: [("Environment".into(), environment.into())].into() };
        let messages = ["sh: 1: TOKEN: parameter not set".to_owned()];
        let missing = [MissingFromEnvironment::Variable { name: "TOKEN".into() }];
        assert_eq!(missing_from_environment(&View::live(), &unit("TOKENS=1"), &messages), missing);
        assert_eq!(missing_from_environment(&View::live(), &unit("A=1 TOKEN="), &messages), []);
        assert_eq!(missing_from_environment(&View::live(), &unit("\"TOKEN=a b\""), &messages), []);
        let messages = ["sh: 1: sh: not found".to_owned()];
        assert_eq!(missing_from_environment(&View::live(), &unit(""), &messages), []);
        let [MissingFromEnvironment::Command { path, elsewhere, .. }] =
            &missing_from_environment(&View::live(), &unit("PATH=/no/such"), &messages)[..]
        else {
            panic!()
        };
        assert_eq!(path, "/no/such");
        assert!(elsewhere.as_deref().is_some_and(|path| path.ends_with("/sh")));
    }
}
