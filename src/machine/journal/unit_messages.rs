//! What a unit's own processes have written to the journal (journalctl(1)), bounded.
//!
//! Only messages that journald itself has attributed to the unit's processes count. What the manager says about the
//! unit does not: a `Description=` is put into its messages, and could be made to say anything.

use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::model::{JournalFact, Since, UnitFact, Unknown};

use crate::machine::unknown::{last_words, unknown, unknown_but};
use crate::os::child::{ChildError, Limits, run};

/// The latest so many messages are read.
const MOST: usize = 5000;
/// And no more than so many bytes.
const LIMITS: Limits = Limits { time: Duration::from_secs(10), stdout: 16 << 20 };
/// So many messages are last words.
const LAST_WORDS: usize = 20;
/// A message that is shown; longer ones are cut.
const SHOWN: usize = 300;

/// Looks for a text among the messages of a unit.
pub(crate) fn journal(unit: &UnitFact, text: &str, since: Since) -> Result<JournalFact, Unknown> {
    let invocation = unit.get("InvocationID");
    let name = unit.get("Id");
    let filter = match since {
        // It has not been started since the manager knows it.
        Since::Invocation if invocation.is_empty() => return Ok(JournalFact::default()),
        Since::Invocation => format!("_SYSTEMD_INVOCATION_ID={invocation}"),
        Since::Boot => format!("_SYSTEMD_UNIT={name}"),
    };
    let stdout = read(name, &[&filter], MOST + 1, "MESSAGE")?;
    let started = !invocation.is_empty();
    Ok(found(&stdout, text, started))
}

/// The last messages of a unit's processes, oldest first: of its latest start; where it was restarted since, of the
/// latest start that said anything.
pub(crate) fn said(unit: &UnitFact) -> Result<Vec<String>, Unknown> {
    let name = unit.get("Id");
    let stdout = read(name, &[&format!("_SYSTEMD_UNIT={name}")], 4 * LAST_WORDS, "MESSAGE,_SYSTEMD_INVOCATION_ID")?;
    Ok(of_latest_start(&String::from_utf8_lossy(&stdout), unit))
}

fn of_latest_start(stdout: &str, unit: &UnitFact) -> Vec<String> {
    let entries: Vec<Value> = stdout.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let invocation = |entry: &'_ Value| entry["_SYSTEMD_INVOCATION_ID"].as_str().map(str::to_owned);
    let restarted = !matches!(unit.get("NRestarts"), "" | "0");
    let latest = match entries.iter().rev().find_map(invocation) {
        Some(latest) if restarted => latest,
        _ => unit.get("InvocationID").to_owned(),
    };
    let began: u64 = unit.get("InactiveExitTimestampMonotonic").parse().unwrap_or(u64::MAX);
    // A process that is gone before journald has looked at it leaves its words without an invocation.
    let of_it = |entry: &&Value| match invocation(entry) {
        Some(its) => its == latest,
        None => {
            entry["__MONOTONIC_TIMESTAMP"].as_str().and_then(|at| at.parse().ok()).is_some_and(|at: u64| at >= began)
        }
    };
    // A life that has only just begun has said nothing yet, and those before it may all have been gone too soon.
    let mute = restarted && !entries.iter().any(|entry| of_it(&entry));
    let lived = entries.iter().filter(|entry| if mute { invocation(entry).is_none() } else { of_it(entry) });
    let messages: Vec<String> = lived.filter_map(|entry| message(&entry["MESSAGE"])).collect();
    let kept = &messages[messages.len().saturating_sub(LAST_WORDS)..];
    kept.iter().map(|message| around(message, "")).collect()
}

/// What journalctl prints as JSON of the latest entries that match: a `+` stands between alternatives.
pub(crate) fn read(name: &str, filter: &[&str], lines: usize, fields: &str) -> Result<Vec<u8>, Unknown> {
    let mut command = Command::new("journalctl");
    command
        .args(["--boot", "--no-pager", "--output=json", "--all"])
        .arg(format!("--output-fields={fields}"))
        .arg(format!("--lines={lines}"))
        .args(filter)
        .env_clear()
        .envs([("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"), ("LC_ALL", "C"), ("SYSTEMD_COLORS", "0")]);
    let outcome = match run(&mut command, b"", LIMITS) {
        Ok(outcome) => outcome,
        Err(error @ ChildError::TooMuch(_)) => {
            return Err(unknown(format!("the journal of {name} is too long to be read: journalctl {error}")));
        }
        Err(error) => return Err(unknown(format!("journalctl {error}"))),
    };
    let stderr = String::from_utf8_lossy(&outcome.stderr);
    // It ends with 0 where it may not see everything, and says so here.
    let blind = ["not seeing messages from other users", "No journal files", "insufficient permissions"];
    if let Some(hint) = stderr.lines().find(|line| blind.iter().any(|words| line.contains(words))) {
        return Err(unknown_but(
            format!("the journal cannot be read: {}", hint.trim().trim_start_matches("Hint: ")),
            "ask as root, and see that systemd-journald runs: systemctl status systemd-journald",
        ));
    }
    if !outcome.status.success() {
        return Err(unknown(format!("journalctl failed: {}", last_words(&outcome.stderr))));
    }
    Ok(outcome.stdout)
}

fn found(stdout: &[u8], text: &str, started: bool) -> JournalFact {
    let messages: Vec<String> = String::from_utf8_lossy(stdout)
        .lines()
        .filter(|line| line.starts_with('{'))
        .filter_map(|line| message(&serde_json::from_str::<Value>(line).ok()?["MESSAGE"]))
        .collect();
    let cut = messages.len() > MOST;
    let read = &messages[usize::from(cut)..];
    let shown = |message: &String| around(message, text);
    JournalFact {
        started,
        messages: u32::try_from(read.len()).unwrap_or(u32::MAX),
        cut,
        found: read.iter().rev().find(|message| message.contains(text)).map(shown),
        last: read.last().map(shown),
    }
}

/// A message is a text, or its bytes where those are not UTF-8; several of one entry come as a list of either.
pub(crate) fn message(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(items) if items.iter().all(Value::is_u64) => {
            let bytes: Option<Vec<u8>> =
                items.iter().map(|item| item.as_u64().and_then(|byte| u8::try_from(byte).ok())).collect();
            Some(String::from_utf8_lossy(&bytes?).into_owned())
        }
        Value::Array(items) => {
            let texts: Vec<String> = items.iter().filter_map(message).collect();
            Some(texts.join("\n"))
        }
        _ => None,
    }
}

/// A message cut to a sentence's length, the text within what is left.
pub(crate) fn around(message: &str, text: &str) -> String {
    let at = message.find(text).map_or(0, |at| message[..at].chars().count());
    let skip = if at + text.chars().count() > SHOWN { at } else { 0 };
    message.chars().skip(skip).take(SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use super::{LAST_WORDS, MOST, UnitFact, found, of_latest_start};

    #[test]
    fn texts_bytes_and_lists_are_messages() {
        for (line, text, expected) in [
            (r#"{"MESSAGE":"Serving on 8000"}"#, "Serving", Some("Serving on 8000")),
            (r#"{"MESSAGE":[27,91,49,109,104,105,255]}"#, "hi", Some("\x1b[1mhi\u{fffd}")),
            (r#"{"MESSAGE":["one",[116,119,111]]}"#, "two", Some("one\ntwo")),
            (r#"{"MESSAGE":null}"#, "x", None),
            (r#"{"MESSAGE":[999]}"#, "x", None),
            ("-- No entries --", "No", None),
            ("{torn", "torn", None),
        ] {
            assert_eq!(found(line.as_bytes(), text, true).found.as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn the_latest_is_shown_and_what_is_cut_is_told() {
        let lines =
            |count: usize| (0..count).map(|n| format!("{{\"MESSAGE\":\"m{n} x\"}}")).collect::<Vec<_>>().join("\n");
        let fact = found(lines(3).as_bytes(), "x", true);
        assert_eq!((fact.found.as_deref(), fact.messages, fact.cut), (Some("m2 x"), 3, false));
        let fact = found(lines(MOST + 1).as_bytes(), "m0 ", true);
        assert_eq!((fact.found, fact.cut), (None, true));
        let long = format!("{{\"MESSAGE\":\"{}needle\"}}", "µ".repeat(5000));
        assert_eq!(found(long.as_bytes(), "needle", true).found.as_deref(), Some("needle"));
    }

    #[test]
    fn last_words_are_those_of_the_latest_start() {
        let unit = |restarts: &str| {
            let properties =
                [("InvocationID", "b"), ("NRestarts", restarts), ("InactiveExitTimestampMonotonic", "500")];
            UnitFact { properties: properties.map(|(key, value)| (key.to_owned(), value.to_owned())).into() }
        };
        let entry = |message: &str, at: u64, invocation: &str| {
            format!(
                "{{\"MESSAGE\":\"{message}\",\"__MONOTONIC_TIMESTAMP\":\"{at}\",\"_SYSTEMD_INVOCATION_ID\":{invocation}}}\n"
            )
        };
        let older = entry("old", 100, "\"a\"") + &entry("old, too", 200, "null");
        let newer = entry("new", 600, "\"b\"") + &entry("new, too", 700, "null");
        assert_eq!(of_latest_start(&(older.clone() + &newer), &unit("0")), ["new", "new, too"]);
        assert_eq!(of_latest_start(&older, &unit("0")), Vec::<String>::new());
        assert_eq!(of_latest_start(&older, &unit("3")), ["old"]);
        let nameless = entry("gone too soon", 400, "null");
        assert_eq!(of_latest_start(&nameless, &unit("3")), ["gone too soon"]);
        assert_eq!(of_latest_start(&nameless, &unit("0")), Vec::<String>::new());
        let many: String = (0..30).map(|n| entry(&format!("m{n}"), 600, "\"b\"")).collect();
        let kept = of_latest_start(&many, &unit("0"));
        assert_eq!((kept.len(), kept[0].as_str()), (LAST_WORDS, "m10"));
    }
}
