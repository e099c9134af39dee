//! The words behind `unitlab lab`.

use clap::Subcommand;

use super::{brief, exec, reset, shell, solve, start, stop};
use crate::app::Failure;
use crate::cli::context::Context;
use crate::cli::inside;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Verb {
    /// Boot the lab's sandbox, show the task, and open a shell in it
    Start(start::Args),
    /// Open another shell in the running sandbox
    Shell(shell::Args),
    /// Run one command as root in the sandbox; its exit code, or 125 when unitlab itself failed
    Exec(exec::Args),
    /// Show the task again
    Brief(brief::Args),
    /// Go back to the starting scene; says first what it removes
    Reset(reset::Args),
    /// Show and apply the reference solution (asks first, and is remembered)
    Solve(solve::Args),
    /// Switch the sandbox off; your work is kept
    Stop(stop::Args),
}

impl Verb {
    pub(in crate::cli) fn run(&self, context: &Context) -> Result<u8, Failure> {
        match self {
            Self::Brief(args) => return brief::run(context, args),
            _ => inside::only_outside("this")?,
        }
        match self {
            Self::Start(args) => start::run(context, args),
            Self::Shell(args) => shell::run(context, args),
            Self::Exec(args) => exec::run(context, args),
            Self::Reset(args) => reset::run(context, args),
            Self::Solve(args) => solve::run(context, args),
            Self::Stop(args) => stop::run(context, args),
            Self::Brief(_) => Ok(0),
        }
    }
}
