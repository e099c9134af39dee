//! The verbs of `unitlab course`.

use clap::Subcommand;

use super::check;
use crate::app::Error;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitCode;
use crate::cli::gate_client;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Verb {
    /// Check a course's files, and test its commands and cases in sandboxes
    Check(check::Args),
}

impl Verb {
    pub(in crate::cli) fn run(&self, context: &Context) -> Result<ExitCode, Error> {
        gate_client::refuse_inside("unitlab course")?;
        match self {
            Self::Check(args) => check::run(context, args),
        }
    }
}
