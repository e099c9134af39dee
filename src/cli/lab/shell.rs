//! `unitlab lab shell`: a login shell of the learner's in the running sandbox.

use std::io::{self, IsTerminal, Write};

use crate::app::Failure;
use crate::app::LabSession;
use crate::cli::check;
use crate::cli::context::Context;
use crate::cli::enter::exit_code;
use crate::cli::root;
use crate::model::Lab;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  unitlab lab shell")]
pub(in crate::cli) struct Args {
    /// The lab; the one in hand when left out
    lab: Option<String>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<u8, Failure> {
    let course = context.course()?;
    let lab = &*context.lab(&course, args.lab.as_deref())?;
    needs_terminal("run single commands with `unitlab lab exec`")?;
    root::required(context, "entering the sandbox")?;
    open(context, &check::find(context, lab)?, &lab.lab)
}

/// A shell without a terminal would be nothing but a hanging process.
pub(super) fn needs_terminal(instead: &str) -> Result<(), Failure> {
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        return Ok(());
    }
    Err(Failure::usage("there is no terminal here to open a shell on", instead))
}

/// Opens a shell and stays until it ends; its exit code.
pub(super) fn open(context: &Context, bench: &LabSession, lab: &Lab) -> Result<u8, Failure> {
    // The task may be longer than the screen, and its head out of sight.
    let task = ("the task again", "unitlab lab brief");
    let mut ways = vec![task, ("grade it", "unitlab check"), ("stuck?", "unitlab hint"), ("leave", "exit")];
    ways.retain(|(_, command)| lab.has_hints() || *command != "unitlab hint");
    context.point_on(&ways)?;
    let id = &lab.id;
    writeln!(io::stdout())?;
    let status = bench.entrance()?.shell()?.run()?;
    if is_going_down(bench) {
        writeln!(io::stdout(), "\n{id} is being switched off or rebooted.")?;
        let start = format!("unitlab lab start {id}");
        context.point_on(&[("see which", "unitlab list"), ("go on with it", &start)])?;
    } else {
        writeln!(io::stdout(), "\n{id} keeps running.")?;
        context.point_on(&[
            ("back in", "unitlab lab shell"),
            ("grade it", "unitlab check"),
            ("switch it off", "unitlab lab stop"),
        ])?;
    }
    Ok(exit_code(status))
}

/// The shell ended because its machine does, and not because somebody left it.
fn is_going_down(bench: &LabSession) -> bool {
    let asked = bench.entrance().and_then(|entrance| entrance.capture(&["systemctl", "is-system-running"], b""));
    // A manager that ends either says so or takes no more jobs, which systemd-run complains about in a sentence.
    !asked.is_ok_and(|answer| answer.output.split_whitespace().count() == 1 && answer.output.trim() != "stopping")
}
