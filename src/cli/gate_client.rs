//! unitlab inside a sandbox: passes a command to unitlab on the host and prints the answer.

use std::io::{self, IsTerminal};

use super::context::Context;
use super::exit_code::ExitCode;
use super::output::Output;
use crate::app::{self, Error, GateReply, GateRequest, GateVerb, LabQuestion};
use crate::ui::wrap;

/// Asks the host, and prints the answer.
pub(super) fn ask(context: &Context, verb: GateVerb) -> Result<ExitCode, Error> {
    ask_into(context, verb, &Output::at(context, None)?)
}

/// Asks the host. What the answer has for standard output goes to `output`.
pub(super) fn ask_into(context: &Context, verb: GateVerb, output: &Output<'_>) -> Result<ExitCode, Error> {
    let style = if output.is_file() { context.terminal.file_style() } else { context.terminal.style() };
    let width = u16::try_from(style.width).unwrap_or(80);
    let request = GateRequest { verb, color: style.color, width };
    let waiting = context.waiting();
    waiting.show("asking unitlab outside of the sandbox");
    let (mut stdout, mut stderr) = (String::new(), String::new());
    let on_reply = |reply| match reply {
        GateReply::Waiting(what) => waiting.show(&what),
        GateReply::Stdout(text) => stdout.push_str(&text),
        GateReply::Stderr(text) => stderr.push_str(&text),
        GateReply::Questions(_) | GateReply::Exit(_) => {}
    };
    let code = app::ask_gate(&request, on_reply).map_err(|error| no_answer(&error))?;
    drop(waiting);
    context.streams().print_error(&wrapped(&stderr));
    // If the host failed, there is only a message for standard error, and an earlier file stays.
    if !stdout.is_empty() {
        output.write(|out| io::Write::write_all(out, stdout.as_bytes()))?;
    }
    Ok(ExitCode::Program(code))
}

/// Asks the host what the lab asks for. If it refuses, prints why, and returns the exit code.
pub(super) fn questions(context: &Context) -> Result<Result<Vec<LabQuestion>, ExitCode>, Error> {
    let request = GateRequest { verb: GateVerb::Questions, color: false, width: 80 };
    let (mut questions, mut stderr) = (Vec::new(), String::new());
    let on_reply = |reply| match reply {
        GateReply::Questions(list) => questions = list,
        GateReply::Stderr(text) => stderr.push_str(&text),
        GateReply::Waiting(_) | GateReply::Stdout(_) | GateReply::Exit(_) => {}
    };
    let code = app::ask_gate(&request, on_reply).map_err(|error| no_answer(&error))?;
    context.streams().print_error(&wrapped(&stderr));
    Ok(if code == 0 { Ok(questions) } else { Err(ExitCode::Program(code)) })
}

fn no_answer(error: &io::Error) -> Error {
    let next = "leave the sandbox and run `unitlab doctor`";
    Error::failed("unitlab outside of the sandbox does not answer", error.to_string(), next)
}

/// Wraps messages of the host, which does not know that standard error is a terminal here.
fn wrapped(text: &str) -> String {
    if !io::stderr().is_terminal() {
        return text.to_owned();
    }
    let mut wrapped = String::new();
    for line in text.lines() {
        for (at, part) in wrap(line, Context::terminal_width(), 2).iter().enumerate() {
            wrapped.push_str(if at == 0 { "" } else { "  " });
            wrapped.push_str(part);
            wrapped.push('\n');
        }
    }
    wrapped
}

/// Refuses a command that only works on the host.
pub(super) fn refuse_inside(command: &str) -> Result<(), Error> {
    if app::is_inside() {
        let next = "leave this shell first (`exit`); inside, `unitlab check`, `hint` and `lab brief` work";
        return Err(Error::usage(format!("{command} does not work inside of a sandbox"), next));
    }
    Ok(())
}
