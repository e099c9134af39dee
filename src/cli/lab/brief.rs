//! `unitlab lab brief`: shows the task.

use crate::app::{self, Error, GateVerb};
use crate::cli::context::Context;
use crate::cli::exit_code::ExitCode;
use crate::cli::gate_client;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  unitlab lab brief")]
pub(in crate::cli) struct Args {
    /// The lab; default: the current lab
    pub(in crate::cli) lab: Option<String>,
}

pub(in crate::cli) fn run(context: &Context, args: &Args) -> Result<ExitCode, Error> {
    if app::is_inside() {
        return gate_client::ask(context, GateVerb::Brief { lab: args.lab.clone() });
    }
    let course = context.workspace.course()?;
    context.print_markdown(&context.workspace.lab(&course, args.lab.as_deref())?.lab.brief)?;
    Ok(ExitCode::Success)
}
