//! One entry of the journal, as `journalctl --output=json` prints it.

use serde_json::Value;

use crate::machine::units::run::started_at;
use crate::model::UnitFact;

/// Longer messages are cut to this many characters.
const EXCERPT: usize = 300;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) message: String,
    pub(super) message_id: String,
    /// The run that wrote it. None if the process exited before journald looked it up.
    pub(super) invocation: Option<String>,
    /// When journald received it, in microseconds of the monotonic clock.
    pub(super) received: u64,
    pub(super) from_kernel: bool,
}

impl Entry {
    /// The unit's latest run has written this entry.
    pub(super) fn is_of_latest_run(&self, unit: &UnitFact) -> bool {
        match &self.invocation {
            Some(invocation) => invocation == unit.get("InvocationID"),
            None => started_at(unit).is_some_and(|started| self.received >= started),
        }
    }

    /// The message cut to the length of a sentence, with `text` in what is left.
    pub(super) fn excerpt(&self, text: &str) -> String {
        let at = self.message.find(text).map_or(0, |at| self.message[..at].chars().count());
        let skip = if at + text.chars().count() > EXCERPT { at } else { 0 };
        self.message.chars().skip(skip).take(EXCERPT).collect()
    }
}

/// The entries of `journalctl --output=json` that have a message, one a line.
pub(super) fn parse(stdout: &str) -> Vec<Entry> {
    let entry = |line: &str| {
        let fields: Value = serde_json::from_str(line).ok()?;
        let text = |name: &str| fields[name].as_str();
        Some(Entry {
            message: message(&fields["MESSAGE"])?,
            message_id: text("MESSAGE_ID").unwrap_or_default().to_owned(),
            invocation: text("_SYSTEMD_INVOCATION_ID").map(str::to_owned),
            received: text("__MONOTONIC_TIMESTAMP").and_then(|at| at.parse().ok()).unwrap_or(0),
            from_kernel: text("_TRANSPORT") == Some("kernel"),
        })
    };
    stdout.lines().filter_map(entry).collect()
}

/// A message is a string, an array of bytes where it is not UTF-8, or an array of either where an entry has several.
fn message(value: &Value) -> Option<String> {
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

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn strings_bytes_and_arrays_are_messages() {
        for (line, expected) in [
            (r#"{"MESSAGE":"Serving on 8000"}"#, Some("Serving on 8000")),
            (r#"{"MESSAGE":[27,91,49,109,104,105,255]}"#, Some("\x1b[1mhi\u{fffd}")),
            (r#"{"MESSAGE":["one",[116,119,111]]}"#, Some("one\ntwo")),
            (r#"{"MESSAGE":null}"#, None),
            (r#"{"MESSAGE":[999]}"#, None),
            ("-- No entries --", None),
            ("{torn", None),
        ] {
            assert_eq!(parse(line).first().map(|entry| entry.message.as_str()), expected, "{line}");
        }
    }
}
