//! unitlab inside a sandbox: the same words, answered by the supervisor outside.

use std::io::{self, Write};
use std::path::Path;

use super::context::Context;
use super::failure::Failure;
use crate::sandbox::{GateFormat, GateReply, GateRequest, GateVerb, INSIDE_SOCKET, ask_gate};
use crate::terminal::Stream;

/// This is a sandbox of ours.
pub(super) fn is_inside() -> bool {
    Path::new(INSIDE_SOCKET).exists()
}

/// What can be asked from inside.
pub(super) struct Request<'a> {
    pub verb: GateVerb,
    pub check: Option<&'a str>,
    pub format: Option<GateFormat>,
    pub no_trials: bool,
}

/// Hands a request out, and prints what comes back.
pub(super) fn ask(context: &Context, request: &Request<'_>) -> Result<u8, Failure> {
    let gate = GateRequest {
        verb: request.verb,
        check: request.check.map(str::to_owned),
        format: request.format,
        no_trials: request.no_trials,
        color: context.terminal.color(Stream::Stdout),
        width: u16::try_from(context.terminal.width()).unwrap_or(80),
    };
    let waiting = context.terminal.spinner("asking unitlab outside of the sandbox");
    let mut replies = Vec::new();
    let code = ask_gate(&gate, |reply| replies.push(reply)).map_err(|error| {
        Failure::could_not(
            "unitlab outside of the sandbox does not answer",
            error.to_string(),
            "leave the sandbox and run `unitlab doctor`",
        )
    })?;
    drop(waiting);
    for reply in replies {
        match reply {
            GateReply::Out(text) => io::stdout().write_all(text.as_bytes())?,
            GateReply::Err(text) => io::stderr().write_all(text.as_bytes())?,
            GateReply::Exit(_) => {}
        }
    }
    Ok(code)
}

/// Refuses what only makes sense outside.
pub(super) fn only_outside(what: &str) -> Result<(), Failure> {
    if is_inside() {
        let next = "leave this shell first (`exit`); inside, `unitlab check`, `hint` and `lab brief` work";
        return Err(Failure::usage(format!("{what} does not work inside of a sandbox"), next));
    }
    Ok(())
}
