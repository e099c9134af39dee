//! The verbs of `unitlab lab`.

use clap::Subcommand;

use super::{brief, exec, reset, shell, solve, start, stop};
use crate::app::Error;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitCode;
use crate::cli::gate_client;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Verb {
    /// Boot the lab's sandbox, show the task, and open a shell in it
    Start(start::Args),
    /// Open another shell in the running sandbox
    Shell(shell::Args),
    /// Run one command as root in the sandbox; exits with its exit code, or with 125 if unitlab failed
    Exec(exec::Args),
    /// Show the task again
    Brief(brief::Args),
    /// Go back to the starting scene; asks first
    Reset(reset::Args),
    /// Show and apply the solution; asks first, and is recorded
    Solve(solve::Args),
    /// Stop the sandbox; your work is kept
    Stop(stop::Args),
}

impl Verb {
    pub(in crate::cli) fn run(&self, context: &Context) -> Result<ExitCode, Error> {
        let refuse_inside = |verb: &str| gate_client::refuse_inside(&format!("unitlab lab {verb}"));
        match self {
            Self::Brief(_) => {}
            Self::Start(_) => refuse_inside("start")?,
            Self::Shell(_) => refuse_inside("shell")?,
            Self::Exec(_) => refuse_inside("exec")?,
            Self::Reset(_) => refuse_inside("reset")?,
            Self::Solve(_) => refuse_inside("solve")?,
            Self::Stop(_) => refuse_inside("stop")?,
        }
        match self {
            Self::Start(args) => start::run(context, args),
            Self::Shell(args) => shell::run(context, args),
            Self::Exec(args) => exec::run(context, args),
            Self::Brief(args) => brief::run(context, args),
            Self::Reset(args) => reset::run(context, args),
            Self::Solve(args) => solve::run(context, args),
            Self::Stop(args) => stop::run(context, args),
        }
    }

    /// The exit code of an error. For `exec` it differs from the usual codes of a command.
    pub(in crate::cli) fn exit_code(&self, error: &Error) -> ExitCode {
        match (self, error) {
            (Self::Exec(_), Error::Failed(_) | Error::BrokenCourse(_)) => ExitCode::NotRun,
            _ => ExitCode::from(error),
        }
    }
}
