//! `unitlab lab stop`: switches the sandbox off.

use std::io::{self, Write};

use crate::app::{self, Error, LabPurpose, NameKind};
use crate::cli::choose_lab::LabArgument;
use crate::cli::completions;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitCode;
use crate::cli::sudo;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  unitlab lab stop\n  unitlab lab stop --all   stop all of your sandboxes")]
pub(in crate::cli) struct Args {
    /// The lab; default: the current lab
    #[arg(add = completions::names(NameKind::RunningLab))]
    lab: Option<String>,
    /// Stop every running sandbox of yours
    #[arg(long, conflicts_with = "lab")]
    all: bool,
}

const ROOT: &str = "stopping a sandbox";

pub(super) fn run(context: &Context, args: &Args) -> Result<ExitCode, Error> {
    if args.all {
        return stop_all(context);
    }
    let course = context.workspace.course()?;
    let argument = LabArgument {
        named: args.lab.as_deref(),
        command: "unitlab lab stop",
        purpose: LabPurpose::OneSandbox,
        root: Some(ROOT),
    };
    let Some(lab) = argument.find(context, &course)? else { return Ok(ExitCode::Success) };
    let id = &lab.lab.id;
    sudo::require_root(context, ROOT)?;
    let sandbox = context.workspace.sandbox(id);
    let was_running = sandbox.is_running();
    {
        let _spinner = context.terminal.spinner("switching it off");
        sandbox.stop()?;
    }
    if was_running {
        print_stopped(id)?;
        context.print_next_commands(&[("go on with it", &format!("unitlab lab start {id}"))])?;
    } else {
        writeln!(io::stdout(), "{id} was not running.")?;
    }
    Ok(ExitCode::Success)
}

fn stop_all(context: &Context) -> Result<ExitCode, Error> {
    sudo::require_root(context, ROOT)?;
    let mut stopped = Vec::new();
    let result = {
        let _spinner = context.terminal.spinner("switching them off");
        app::stop_all(&context.workspace, |id| stopped.push(id.to_owned()))
    };
    stopped.iter().try_for_each(|id| print_stopped(id))?;
    result?;
    if stopped.is_empty() {
        writeln!(io::stdout(), "No sandbox is running.")?;
    } else {
        context.print_next_commands(&[("go on with one", "unitlab lab start LAB")])?;
    }
    Ok(ExitCode::Success)
}

fn print_stopped(id: &str) -> io::Result<()> {
    writeln!(io::stdout(), "{id} is switched off. Your work is kept.")
}
