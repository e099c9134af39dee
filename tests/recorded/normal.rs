//! What may differ between two recordings of one answer, and is set aside before they are compared.

use serde_json::Value;
use unitlab::model::Observations;

/// Properties that differ from boot to boot, from machine to machine, or from one moment to the next: process and
/// invocation ids, time stamps, what was used up, and limits that the host's size decides. Times inside of commands
/// (`start_time=[…]`, `pid=…`) are set aside in [`words`].
const OF_THE_MOMENT: [&str; 24] = [
    "pid",
    "main_pid",
    "invocation",
    "up_ms",
    "watched_ms",
    "after_ms",
    "version",
    "MainPID",
    "ExecMainPID",
    "ControlPID",
    "InvocationID",
    "ControlGroupId",
    "ControlGroup",
    "MemoryCurrent",
    "MemoryAvailable",
    "MemoryPeak",
    "MemoryMax",
    "CPUUsageNSec",
    "TasksCurrent",
    "TasksMax",
    "IOReadBytes",
    "IOReadOperations",
    "IOWriteBytes",
    "IOWriteOperations",
];

/// What differs between two testimonies, one line for each place, with both sides.
pub(crate) fn differences(before: &Observations, after: &Observations) -> Vec<String> {
    let mut found = Vec::new();
    let value = |observations: &Observations| serde_json::to_value(observations).unwrap();
    compare("", &value(before), &value(after), &mut found);
    found
}

fn compare(at: &str, before: &Value, after: &Value, found: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
            names.sort();
            names.dedup();
            for name in names.into_iter().filter(|name| !passes(name)) {
                let of = |side: &serde_json::Map<String, Value>| side.get(name).cloned().unwrap_or(Value::Null);
                compare(&format!("{at}.{name}"), &of(old), &of(new), found);
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (number, (old, new)) in old.iter().zip(new).enumerate() {
                compare(&format!("{at}[{number}]"), old, new, found);
            }
        }
        (Value::String(old), Value::String(new)) if words(old) == words(new) => {}
        (old, new) if old == new => {}
        (old, new) => found.push(format!("{at}: {old} became {new}")),
    }
}

fn passes(name: &str) -> bool {
    OF_THE_MOMENT.contains(&name)
        || ["Timestamp", "TimestampMonotonic"].iter().any(|end| name.ends_with(end))
        || name.starts_with("Limit")
}

/// A text without what a run leaves in it, its words in one order: lists of units come as the manager's hashes have it.
fn words(text: &str) -> Vec<&str> {
    let passing = ["start_time=", "stop_time=", "pid=", "UTC]"];
    let mut words: Vec<&str> =
        text.split_whitespace().filter(|word| !passing.iter().any(|it| word.starts_with(it))).collect();
    let dated = |word: &&str| word.len() > 6 && word.bytes().all(|byte| byte.is_ascii_digit() || b":-".contains(&byte));
    words.retain(|word| !dated(word));
    words.sort_unstable();
    words
}
