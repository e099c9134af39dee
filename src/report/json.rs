//! The documents that other programs read: `unitlab.report/1` and `unitlab.error/1`.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;

use crate::model::{Report, deceives};

/// A failure of unitlab itself: not the learner's, and no verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure<'a> {
    /// What did not work, one sentence.
    pub what: &'a str,
    /// Why, as far as it is known; else empty.
    pub cause: &'a str,
    /// What to do about it; empty when nothing can be done.
    pub next: &'a str,
    /// The exit code that goes with it.
    pub exit: u8,
}

/// Writes a report as `unitlab.report/1`, with a newline at its end.
pub fn json(report: &Report, out: &mut impl Write) -> io::Result<()> {
    document(report, out)
}

/// Writes a failure as `unitlab.error/1`, with a newline at its end.
pub fn error_json(failure: &Failure<'_>, out: &mut impl Write) -> io::Result<()> {
    let Failure { what, cause, next, exit } = *failure;
    let error = ErrorText { what, cause, next };
    let unitlab = env!("CARGO_PKG_VERSION");
    document(&ErrorDocument { schema: ErrorDocument::SCHEMA, unitlab, error, exit }, out)
}

/// unitlab itself failed; nothing was graded.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub(super) struct ErrorDocument<'a> {
    /// Always `unitlab.error/1`.
    #[cfg_attr(test, schemars(extend("const" = ErrorDocument::SCHEMA)))]
    schema: &'static str,
    /// This program's version.
    unitlab: &'static str,
    /// What happened.
    error: ErrorText<'a>,
    /// The exit code that goes with it.
    exit: u8,
}

impl ErrorDocument<'_> {
    const SCHEMA: &'static str = "unitlab.error/1";
}

/// The thing, the cause, the next step.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
struct ErrorText<'a> {
    /// What did not work, one sentence.
    what: &'a str,
    /// Why, as far as it is known; else empty.
    cause: &'a str,
    /// What to do about it; empty when nothing can be done.
    next: &'a str,
}

fn document(value: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    let text = disarmed(&serde_json::to_string_pretty(value)?);
    out.write_all(text.as_bytes())?;
    out.write_all(b"\n")
}

/// The same document, with `\uXXXX` for what JSON lets through and a terminal acts on (DEL, C1, direction overrides).
///
/// Outside of its strings a JSON document has none of these, and its own line ends stay.
fn disarmed(document: &str) -> String {
    let mut text = String::with_capacity(document.len());
    for character in document.chars() {
        if character == '\n' || !deceives(character) {
            text.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _ = write!(text, "\\u{unit:04x}");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Failure, error_json, json};
    use crate::model::Report;
    use crate::report::sample;

    fn printed(report: &Report) -> String {
        let mut out = Vec::new();
        json(report, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_beginners_attempt() {
        insta::assert_snapshot!(printed(&sample::beginner()));
    }

    /// Readers of the schema see this order, whichever way the structs are written.
    #[test]
    fn the_contract_is_kept_to_the_letter() {
        let contract = r#"{"schema":"unitlab.report/1","unitlab":"0.1.0","lab":"sre-app","course":{"id":"unitlab","digest":"0f"},"learner":"ada","hints":1,"revealed":false,"place":{"kind":"sandbox","systemd":"252"},"at":"2026-11-22T10:00:00Z","took_ms":7,"score":{"points":65,"of":100,"graded_of":100,"complete":true,"percent":65,"passed":false},"checks":[{"id":"non-root","kind":"runs-as","title":"t","points":10,"earned":0,"status":"not-run","needs":["running"],"blocked_by":[],"expected":"e","observed":"o","evidence":[{"layer":"file","source":"/x:7","text":"User=root"},{"layer":"loaded","source":"s","text":"t"},{"layer":"live","source":"s","text":"t"}],"diagnosis":[{"id":"runs-as-root","text":"t","next":"n"}],"why":"w","lesson":"least-privilege"}]}"#;
        let report: Report = serde_json::from_str(contract).unwrap();
        let squeezed: String = printed(&report).lines().map(str::trim_start).collect();
        assert_eq!(squeezed.replace("\": ", "\":"), contract);
    }

    #[test]
    fn a_hostile_text_survives_unarmed() {
        let mut report = sample::beginner();
        report.checks[0].observed = "\u{9b}2J\u{1b}]0;x\u{7}\u{7f}\u{202e}\u{e0041}\n".into();
        let text = printed(&report);
        assert!(text.lines().all(|line| !line.contains(crate::model::deceives)), "{text}");
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
    }

    #[test]
    fn a_failure_is_a_document_too() {
        let mut out = Vec::new();
        let failure =
            Failure { what: "no sandbox could be booted", cause: "no root", next: "run it with sudo", exit: 4 };
        error_json(&failure, &mut out).unwrap();
        let expected = format!(
            "{{\n  \"schema\": \"unitlab.error/1\",\n  \"unitlab\": \"{}\",\n  \"error\": {{\n    \"what\": \"no sandbox \
             could be booted\",\n    \"cause\": \"no root\",\n    \"next\": \"run it with sudo\"\n  }},\n  \"exit\": 4\n}}\n",
            env!("CARGO_PKG_VERSION")
        );
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
