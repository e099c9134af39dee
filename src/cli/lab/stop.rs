//! `unitlab lab stop`: switches the sandbox off.

use std::io::{self, Write};

use crate::app::Error;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitCode;
use crate::cli::sudo;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  unitlab lab stop")]
pub(in crate::cli) struct Args {
    /// The lab; default: the current lab
    lab: Option<String>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<ExitCode, Error> {
    let course = context.workspace.course()?;
    let lab = &*context.workspace.lab(&course, args.lab.as_deref())?;
    let id = &lab.lab.id;
    sudo::require_root(context, "stopping a sandbox")?;
    let sandbox = context.workspace.sandbox(id);
    let was_running = sandbox.is_running();
    {
        let _spinner = context.terminal.spinner("switching it off");
        sandbox.stop()?;
    }
    if was_running {
        writeln!(io::stdout(), "{id} is switched off. Your work is kept.")?;
        context.print_next_commands(&[("go on with it", &format!("unitlab lab start {id}"))])?;
    } else {
        writeln!(io::stdout(), "{id} was not running.")?;
    }
    Ok(ExitCode::Success)
}
