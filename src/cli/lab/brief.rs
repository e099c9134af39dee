//! `unitlab lab brief`: shows the task.

use crate::app::{self, Error, GateVerb, LabPurpose, NameKind};
use crate::cli::choose_lab::LabArgument;
use crate::cli::completions;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitCode;
use crate::cli::gate_client;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  unitlab lab brief")]
pub(in crate::cli) struct Args {
    /// The lab; default: the current lab
    #[arg(add = completions::names(NameKind::Lab))]
    pub(in crate::cli) lab: Option<String>,
}

pub(in crate::cli) fn run(context: &Context, args: &Args) -> Result<ExitCode, Error> {
    if app::is_inside() {
        return gate_client::ask(context, GateVerb::Brief { lab: args.lab.clone() });
    }
    let course = context.workspace.course()?;
    let argument =
        LabArgument { named: args.lab.as_deref(), command: "unitlab lab brief", purpose: LabPurpose::Any, root: None };
    if let Some(lab) = argument.find(context, &course)? {
        context.print_markdown(&lab.lab.brief)?;
    }
    Ok(ExitCode::Success)
}
