//! `unitlab progress export`: prints the progress file's content as a JSON document.

use std::io::{self, Write as _};

use crate::app::{self, Error};
use crate::cli::context::Context;
use crate::cli::exit_code::ExitCode;
use clap::ValueEnum;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  unitlab progress export --format json | jq '.chapters[] | {id, seen, pages}'")]
pub(super) struct Args {
    /// The format
    #[arg(long, value_name = "FORMAT", default_value = "json")]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Json,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<ExitCode, Error> {
    let course = context.workspace.course()?;
    let progress = context.workspace.progress()?;
    let Format::Json = args.format;
    let document = app::progress_document(&course, &progress, context.workspace.learner());
    let text = serde_json::to_string_pretty(&document).map_err(io::Error::from)?;
    writeln!(io::stdout(), "{text}")?;
    Ok(ExitCode::Success)
}
