//! Compares two recordings of one answer, without what differs from run to run.

use serde_json::Value;
use unitlab::model::Observations;

/// Properties that differ from boot to boot or from machine to machine: process and invocation ids, resource usage, and
/// limits that depend on the host's size or on the caller's nice value. [`words`] removes the times inside of commands.
const VOLATILE: [&str; 25] = [
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
    "Nice",
    "TasksCurrent",
    "TasksMax",
    "IOReadBytes",
    "IOReadOperations",
    "IOWriteBytes",
    "IOWriteOperations",
];

/// Returns one line for each difference, with both values.
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
            for name in names.into_iter().filter(|name| !is_volatile(name)) {
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

fn is_volatile(name: &str) -> bool {
    VOLATILE.contains(&name)
        || ["Timestamp", "TimestampMonotonic"].iter().any(|end| name.ends_with(end))
        || name.starts_with("Limit")
}

/// The words of a text, sorted, without times and process ids. Sorted, because the manager prints lists of units in the
/// order of its hash tables.
fn words(text: &str) -> Vec<&str> {
    let volatile = ["start_time=", "stop_time=", "pid=", "UTC]"];
    let mut words: Vec<&str> =
        text.split_whitespace().filter(|word| !volatile.iter().any(|it| word.starts_with(it))).collect();
    let dated = |word: &&str| word.len() > 6 && word.bytes().all(|byte| byte.is_ascii_digit() || b":-".contains(&byte));
    words.retain(|word| !dated(word));
    words.sort_unstable();
    words
}
