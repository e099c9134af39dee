//! `unitlab lab shell`: a login shell of the learner's in the running sandbox.

use std::io::{self, IsTerminal, Write};

use crate::commands::check;
use crate::commands::context::Context;
use crate::commands::enter::exit_code;
use crate::commands::failure::Failure;
use crate::commands::root;
use crate::commands::workshop::Bench;

#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Args {
    /// The lab; the one in hand when left out
    lab: Option<String>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<u8, Failure> {
    let course = context.course()?;
    let lab = context.lab(&course, args.lab.as_deref())?;
    needs_terminal(context, "run single commands with `unitlab lab exec`")?;
    root::required(context, "entering the sandbox")?;
    open(context, &check::find(context, lab)?, &lab.lab.id)
}

/// A shell without a terminal would be nothing but a hanging process.
pub(super) fn needs_terminal(_: &Context, instead: &str) -> Result<(), Failure> {
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        return Ok(());
    }
    Err(Failure::usage("there is no terminal here to open a shell on", instead))
}

/// Opens a shell and stays until it ends; its exit code.
pub(super) fn open(_: &Context, bench: &Bench, id: &str) -> Result<u8, Failure> {
    writeln!(io::stdout(), "Inside: `unitlab check` grades, `unitlab hint` helps, `exit` leaves.\n")?;
    let status = bench.entrance()?.shell()?.run()?;
    writeln!(
        io::stdout(),
        "\n{id} keeps running. Back in: `unitlab lab shell`; grade it: `unitlab check`; switch it off: `unitlab lab stop`."
    )?;
    Ok(exit_code(status))
}
