//! `unitlab lab reset`: goes back to the starting scene.

use std::io::{self, Write};

use super::start;
use crate::app::{Error, LabPurpose};
use crate::cli::choose_lab::LabArgument;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitCode;
use crate::cli::install;
use crate::ui::wrap;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  unitlab lab reset\n  unitlab lab reset sre-app --yes    do not ask")]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    boot: start::BootArgs,
}

pub(super) fn run(context: &Context, Args { boot: args }: &Args) -> Result<ExitCode, Error> {
    let workspace = &context.workspace;
    let course = workspace.course()?;
    let argument = LabArgument {
        named: args.lab.as_deref(),
        command: "unitlab lab reset",
        purpose: LabPurpose::Any,
        root: Some("removing a sandbox"),
    };
    let Some(mut lab) = argument.find(context, &course)? else { return Ok(ExitCode::Success) };
    if let Some(seed) = args.seed {
        lab = course.variant(&lab.lab.id, seed)?;
    }
    let lab = &*lab;
    let id = &lab.lab.id;
    install::require_sandboxes(context, args.os_tree.as_deref(), "removing a sandbox")?;
    let sandbox = workspace.sandbox(id);
    if sandbox.exists() {
        let state = if sandbox.is_running() { ", which is running now" } else { "" };
        let dir = sandbox.dir().display();
        let what = format!(
            "This removes the sandbox of {id}{state}, with everything you did in it ({dir}). Your points and hints are kept."
        );
        for line in wrap(&what, context.terminal.width(), 0) {
            writeln!(io::stderr(), "{line}")?;
        }
        if !context.terminal.confirm("Go back to the start?", "--yes")? {
            writeln!(io::stderr(), "Nothing was removed.")?;
            return Ok(ExitCode::Success);
        }
        sandbox.discard()?;
    }
    // The answers were about the sandbox that is gone.
    let reset = id.clone();
    workspace.update_progress(move |progress| progress.lab(&reset).answers.clear())?;
    start::boot(context, lab, args.os_tree.as_deref())?;
    start::print_what_to_do(context)?;
    Ok(ExitCode::Success)
}
