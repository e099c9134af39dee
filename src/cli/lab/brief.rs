//! `unitlab lab brief`: the task as the learner reads it.

use std::io::{self, Write};

use crate::app::Failure;
use crate::cli::context::Context;
use crate::cli::inside::{self, Request};
use crate::model::Lab;
use crate::sandbox::GateVerb;
use crate::ui::{Stream, markdown};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  unitlab lab brief")]
pub(in crate::cli) struct Args {
    /// The lab; the one in hand when left out
    lab: Option<String>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<u8, Failure> {
    if inside::is_inside() {
        let request =
            Request { verb: GateVerb::Brief, check: args.lab.as_deref(), value: None, format: None, no_trials: false };
        return inside::ask(context, &request);
    }
    let course = context.course()?;
    show(context, &context.lab(&course, args.lab.as_deref())?.lab)?;
    Ok(0)
}

/// Prints a lab's task.
pub(super) fn show(context: &Context, lab: &Lab) -> Result<(), Failure> {
    let page = markdown(&lab.brief, context.terminal.width(), context.terminal.color(Stream::Stdout));
    Ok(io::stdout().write_all(page.as_bytes())?)
}
