//! The words behind `unitlab course`.

use clap::Subcommand;

use super::check;
use crate::app::Failure;
use crate::cli::context::Context;
use crate::cli::inside;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Verb {
    /// Examine a course's files, and prove it in real sandboxes: each command of its chapters, each case of its labs
    Check(check::Args),
}

impl Verb {
    pub(in crate::cli) fn run(&self, context: &Context) -> Result<u8, Failure> {
        inside::only_outside("unitlab course")?;
        match self {
            Self::Check(args) => check::run(context, args),
        }
    }
}
