//! `unitlab lesson-host` (hidden): runs a lesson's sandbox. `unitlab learn` starts it, as root.

use std::path::PathBuf;

use super::context::Context;
use super::exit_code::ExitCode;
use crate::app::{self, Error};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Boot on this OS tree's /usr and /etc instead of the host's
    #[arg(long, value_name = "DIR")]
    os_tree: Option<PathBuf>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<ExitCode, Error> {
    app::serve_lesson(&context.workspace, args.os_tree.as_deref())?;
    Ok(ExitCode::Success)
}
