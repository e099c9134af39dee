//! Reports and errors as JSON: `unitlab.report/1` and `unitlab.error/1`.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;

use crate::model::{Report, deceives};

/// An error of unitlab itself, as the formats write it. Nothing was graded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorReport<'a> {
    /// What failed, one sentence.
    pub what: &'a str,
    /// Why; empty if unknown.
    pub cause: &'a str,
    /// What to do about it; may be empty.
    pub next: &'a str,
    /// The exit code of unitlab.
    pub exit: u8,
}

/// Writes a report as `unitlab.report/1`, and a newline.
pub fn json(report: &Report, out: &mut impl Write) -> io::Result<()> {
    document(report, out)
}

/// Writes an error as `unitlab.error/1`, and a newline.
pub fn error_json(error: &ErrorReport<'_>, out: &mut impl Write) -> io::Result<()> {
    let ErrorReport { what, cause, next, exit } = *error;
    let error = ErrorText { what, cause, next };
    let unitlab = env!("CARGO_PKG_VERSION");
    document(&ErrorDocument { schema: ErrorDocument::SCHEMA, unitlab, error, exit }, out)
}

/// An error of unitlab itself; nothing was graded.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub(super) struct ErrorDocument<'a> {
    /// Always `unitlab.error/1`.
    #[cfg_attr(test, schemars(extend("const" = ErrorDocument::SCHEMA)))]
    schema: &'static str,
    /// The version of unitlab.
    unitlab: &'static str,
    /// What happened.
    error: ErrorText<'a>,
    /// The exit code of unitlab.
    exit: u8,
}

impl ErrorDocument<'_> {
    const SCHEMA: &'static str = "unitlab.error/1";
}

/// What failed, why, and what to do.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
struct ErrorText<'a> {
    /// What failed, one sentence.
    what: &'a str,
    /// Why; empty if unknown.
    cause: &'a str,
    /// What to do about it; may be empty.
    next: &'a str,
}

fn document(value: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    let text = escape_controls(&serde_json::to_string_pretty(value)?);
    out.write_all(text.as_bytes())?;
    out.write_all(b"\n")
}

/// Writes control characters that JSON allows (DEL, C1, direction overrides) as `\uXXXX`.
///
/// Outside of strings, a JSON document contains no control characters but newlines.
fn escape_controls(document: &str) -> String {
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
    use super::{ErrorReport, error_json, json};
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

    #[test]
    fn fields_keep_their_names_and_order() {
        let contract = r#"{"schema":"unitlab.report/1","unitlab":"0.1.0","lab":"sre-app","course":{"id":"unitlab","digest":"0f"},"learner":"ada","hints":1,"revealed":false,"place":{"kind":"sandbox","systemd":"252"},"at":"2026-11-22T10:00:00Z","took_ms":7,"score":{"points":65,"of":100,"graded_of":100,"complete":true,"percent":65,"passed":false},"checks":[{"id":"non-root","kind":"runs-as","title":"t","points":10,"earned":0,"status":"not-run","needs":["running"],"blocked_by":[],"expected":"e","observed":"o","evidence":[{"layer":"file","source":"/x:7","text":"User=root"},{"layer":"loaded","source":"s","text":"t"},{"layer":"live","source":"s","text":"t"}],"diagnosis":[{"id":"runs-as-root","text":"t","next":"n"}],"why":"w","lesson":"least-privilege"}]}"#;
        let report: Report = serde_json::from_str(contract).unwrap();
        let squeezed: String = printed(&report).lines().map(str::trim_start).collect();
        assert_eq!(squeezed.replace("\": ", "\":"), contract);
    }

    #[test]
    fn control_characters_are_escaped_and_read_back() {
        let mut report = sample::beginner();
        report.checks[0].observed = "\u{9b}2J\u{1b}]0;x\u{7}\u{7f}\u{202e}\u{e0041}\n".into();
        let text = printed(&report);
        assert!(text.lines().all(|line| !line.contains(crate::model::deceives)), "{text}");
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
    }

    #[test]
    fn an_error_is_a_document_too() {
        let mut out = Vec::new();
        let error =
            ErrorReport { what: "no sandbox could be booted", cause: "no root", next: "run it with sudo", exit: 4 };
        error_json(&error, &mut out).unwrap();
        let expected = format!(
            "{{\n  \"schema\": \"unitlab.error/1\",\n  \"unitlab\": \"{}\",\n  \"error\": {{\n    \"what\": \"no sandbox \
             could be booted\",\n    \"cause\": \"no root\",\n    \"next\": \"run it with sudo\"\n  }},\n  \"exit\": 4\n}}\n",
            env!("CARGO_PKG_VERSION")
        );
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
