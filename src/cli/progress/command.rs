//! The verbs of `unitlab progress`.

use clap::Subcommand;

use super::{export, reset, show};
use crate::app::Error;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitCode;
use crate::cli::gate_client;

const EXAMPLES: &str = "\
Examples:
  unitlab progress                        show a chart of the course
  unitlab progress export | jq .          print everything that is recorded
  unitlab progress reset reliability      forget one chapter, or one lab";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Show how far you are; the default
    #[command(after_help = "Example:\n  unitlab progress show")]
    Show,
    /// Print everything that is recorded, for other programs
    Export(export::Args),
    /// Forget all progress, or that of one chapter or lab; asks first
    Reset(reset::Args),
}

pub(in crate::cli) fn run(context: &Context, args: &Args) -> Result<ExitCode, Error> {
    gate_client::refuse_inside("unitlab progress")?;
    match &args.verb {
        None | Some(Verb::Show) => show::run(context),
        Some(Verb::Export(args)) => export::run(context, args),
        Some(Verb::Reset(args)) => reset::run(context, args),
    }
}
