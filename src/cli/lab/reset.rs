//! `unitlab lab reset`: back to the starting scene.

use std::io::{self, Write};
use std::path::PathBuf;

use super::start;
use crate::app::Failure;
use crate::cli::context::Context;
use crate::cli::root;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  unitlab lab reset\n  unitlab lab reset sre-app --yes    without being asked")]
pub(in crate::cli) struct Args {
    /// The lab; the one in hand when left out
    lab: Option<String>,
    /// Draw the lab's values with this seed, where they differ from learner to learner; for trying things out
    #[arg(long, value_name = "N")]
    seed: Option<u32>,
    /// Boot on this OS tree's /usr and /etc from now on
    #[arg(long, value_name = "DIR")]
    os_tree: Option<PathBuf>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<u8, Failure> {
    let course = context.course()?;
    let mut lab = context.lab(&course, args.lab.as_deref())?;
    if let Some(seed) = args.seed {
        lab = course.variant(&lab.lab.id, seed)?;
    }
    let lab = &*lab;
    let id = &lab.lab.id;
    root::required(context, "removing a sandbox")?;
    let sandbox = context.estate().sandbox(&context.sandbox_name(id));
    if sandbox.exists() {
        let state = if sandbox.is_running() { ", which is running now" } else { "" };
        writeln!(
            io::stderr(),
            "This removes the sandbox of {id}{state}, with everything you did in it ({}).\nYour points and hints are kept.",
            sandbox.dir().display()
        )?;
        if !context.terminal.confirm("Go back to the start?", "--yes")? {
            writeln!(io::stderr(), "Nothing was removed.")?;
            return Ok(0);
        }
        sandbox.discard()?;
    }
    // What was found out was about the machine that is gone.
    let forgotten = id.clone();
    context.remember(move |progress| progress.lab(&forgotten).answers.clear())?;
    start::boot(context, lab, args.os_tree.as_deref())?;
    start::where_to(context)?;
    Ok(0)
}
