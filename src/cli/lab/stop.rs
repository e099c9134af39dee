//! `unitlab lab stop`: switches the sandbox off.

use std::io::{self, Write};

use crate::app::Failure;
use crate::cli::context::Context;
use crate::cli::root;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  unitlab lab stop")]
pub(in crate::cli) struct Args {
    /// The lab; the one in hand when left out
    lab: Option<String>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<u8, Failure> {
    let course = context.course()?;
    let lab = &*context.lab(&course, args.lab.as_deref())?;
    let id = &lab.lab.id;
    root::required(context, "stopping a sandbox")?;
    let sandbox = context.estate().sandbox(&context.sandbox_name(id));
    let was_running = sandbox.is_running();
    {
        let _waiting = context.terminal.spinner("switching it off");
        sandbox.stop()?;
    }
    let mut out = io::stdout();
    if was_running {
        writeln!(out, "{id} is switched off. Your work is kept.")?;
        context.point_on(&[("go on with it", &format!("unitlab lab start {id}"))])?;
    } else {
        writeln!(out, "{id} was not running.")?;
    }
    Ok(0)
}
