//! unitlab inside a sandbox: the same words, answered by the supervisor outside.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use super::context::Context;
use super::output::Output;
use crate::app::Failure;
use crate::sandbox::{GateFormat, GateReply, GateRequest, GateVerb, INSIDE_SOCKET, ask_gate};
use crate::ui::wrap;

/// This is a sandbox of ours.
pub(super) fn is_inside() -> bool {
    Path::new(INSIDE_SOCKET).exists()
}

/// What can be asked from inside.
pub(super) struct Request<'a> {
    pub verb: GateVerb,
    pub check: Option<&'a str>,
    pub value: Option<&'a str>,
    pub format: Option<GateFormat>,
    pub no_trials: bool,
}

/// Hands a request out, and prints what comes back.
pub(super) fn ask(context: &Context, request: &Request<'_>) -> Result<u8, Failure> {
    ask_into(context, request, &Output::named(context, None)?)
}

/// Hands a request out; what comes back for standard output goes where it is wanted.
pub(super) fn ask_into(context: &Context, request: &Request<'_>, output: &Output) -> Result<u8, Failure> {
    let look = if output.is_file() { context.terminal.file_style() } else { context.terminal.style() };
    let gate = GateRequest {
        verb: request.verb,
        check: request.check.map(str::to_owned),
        value: request.value.map(str::to_owned),
        format: request.format,
        no_trials: request.no_trials,
        color: look.color,
        width: u16::try_from(look.width).unwrap_or(80),
    };
    let waiting = context.terminal.spinner("asking unitlab outside of the sandbox");
    let mut replies = Vec::new();
    let hear = |reply| match reply {
        GateReply::Wait(what) => waiting.set_message(&what),
        reply => replies.push(reply),
    };
    let code = ask_gate(&gate, hear).map_err(|error| {
        Failure::could_not(
            "unitlab outside of the sandbox does not answer",
            error.to_string(),
            "leave the sandbox and run `unitlab doctor`",
        )
    })?;
    drop(waiting);
    let mut asked_for = String::new();
    for reply in replies {
        match reply {
            GateReply::Out(text) => asked_for.push_str(&text),
            GateReply::Err(text) => io::stderr().write_all(fitted(&text).as_bytes())?,
            GateReply::Wait(_) | GateReply::Exit(_) => {}
        }
    }
    // Nothing came where unitlab outside failed and said so on stderr: then the file stays as it was.
    if !asked_for.is_empty() {
        output.deliver(|out| out.write_all(asked_for.as_bytes()))?;
    }
    Ok(code)
}

/// What was said outside, where nobody knew how wide this terminal is.
fn fitted(text: &str) -> String {
    if !io::stderr().is_terminal() {
        return text.to_owned();
    }
    let mut fitted = String::new();
    for line in text.lines() {
        for (at, part) in wrap(line, Context::terminal_width(), 2).iter().enumerate() {
            fitted.push_str(if at == 0 { "" } else { "  " });
            fitted.push_str(part);
            fitted.push('\n');
        }
    }
    fitted
}

/// Refuses what only makes sense outside.
pub(super) fn only_outside(what: &str) -> Result<(), Failure> {
    if is_inside() {
        let next = "leave this shell first (`exit`); inside, `unitlab check`, `hint` and `lab brief` work";
        return Err(Failure::usage(format!("{what} does not work inside of a sandbox"), next));
    }
    Ok(())
}
