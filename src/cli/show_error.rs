//! Shows an error to the user: on standard error, or as a document where a report in that format was asked for.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::iter;

use super::exit_code::ExitCode;
use super::streams::Streams;
use crate::app::{Error, Message};
use crate::model::{Style, escape};
use crate::report::{self, Format};
use crate::ui::{Terminal, excerpt, wrap};

/// Shows the message, the cause and the next step. `document` is the format of standard output, if not text.
pub(super) fn show_error(streams: &Streams, terminal: &Terminal, error: &Error, document: Option<Format>) {
    let Some(message) = error.message() else { return };
    if let Some(format) = document {
        let mut bytes = Vec::new();
        if write_document(error, format, &mut bytes).is_ok() {
            let _ = streams.print(&bytes);
        }
        return;
    }
    // In files and pipes lines are not wrapped, so that they can be searched.
    let is_wrapped = matches!(streams, Streams::Standard) && io::stderr().is_terminal();
    let style = terminal.stderr_style();
    let columns = if is_wrapped { style.width } else { usize::MAX };
    let add = |shown: &mut String, head: &str, text: &str| {
        // The text may come from a sandbox or from a course, so control characters are escaped.
        let lines = wrap(&escape(text), columns, head.len());
        for (line, head) in lines.iter().zip(iter::once(head).chain(iter::repeat("  "))) {
            let _ = writeln!(shown, "{head}{line}");
        }
    };
    let Message { what, cause, mistakes, next } = &message;
    let mut shown = String::new();
    add(&mut shown, "unitlab: ", what);
    if mistakes.is_empty() {
        cause.lines().for_each(|line| add(&mut shown, "  ", line));
    }
    for (index, mistake) in mistakes.iter().enumerate() {
        add(&mut shown, "  ", &mistake.to_string());
        // Several mistakes at one place share its excerpt.
        let is_last = mistakes.get(index + 1).is_none_or(|next| !next.is_at_place_of(mistake));
        if let Some(part) = mistake.excerpt().filter(|_| is_last) {
            let lines = excerpt(part, Style { width: style.width - 2, ..style });
            lines.lines().for_each(|line| shown.extend(["  ", line, "\n"]));
        }
    }
    if !next.is_empty() {
        add(&mut shown, "  next: ", next);
    }
    streams.print_error(&shown);
}

/// Writes the error as a document; nothing for a person, and nothing for an error without a message.
pub(super) fn write_document(error: &Error, format: Format, out: &mut impl Write) -> io::Result<()> {
    let Some(Message { what, cause, next, .. }) = error.message() else { return Ok(()) };
    let exit = ExitCode::from(error).code();
    format.write_error(&report::ErrorReport { what: &what, cause: &cause, next: &next, exit }, out)
}
