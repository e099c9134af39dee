//! The words behind `unitlab course`.

use clap::Subcommand;

use super::check;
use crate::commands::context::Context;
use crate::commands::failure::Failure;
use crate::commands::inside;

#[derive(Debug, Subcommand)]
pub(in crate::commands) enum Verb {
    /// Examine a course's files, and prove it in real sandboxes: each command of its chapters, each case of its labs
    Check(check::Args),
}

impl Verb {
    pub(in crate::commands) fn run(&self, context: &Context) -> Result<u8, Failure> {
        inside::only_outside("unitlab course")?;
        match self {
            Self::Check(args) => check::run(context, args),
        }
    }
}
