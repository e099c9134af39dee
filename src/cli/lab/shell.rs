//! `unitlab lab shell`: opens a login shell of the learner in the running sandbox.

use std::io::{self, IsTerminal, Write};

use crate::app::{self, Error, LabPurpose, LabSession, NameKind};
use crate::cli::choose_lab::LabArgument;
use crate::cli::completions;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitCode;
use crate::cli::sudo;
use crate::model::Lab;
use crate::os::shell_code;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  unitlab lab shell")]
pub(in crate::cli) struct Args {
    /// The lab; default: the current lab
    #[arg(add = completions::names(NameKind::RunningLab))]
    lab: Option<String>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<ExitCode, Error> {
    let course = context.workspace.course()?;
    require_terminal("run single commands with `unitlab lab exec`")?;
    let argument = LabArgument {
        named: args.lab.as_deref(),
        command: "unitlab lab shell",
        purpose: LabPurpose::OneSandbox,
        root: Some("entering the sandbox"),
    };
    let Some(lab) = argument.find(context, &course)? else { return Ok(ExitCode::Success) };
    let lab = &*lab;
    sudo::require_root(context, "entering the sandbox")?;
    open(context, &app::find_session(&context.workspace, lab)?, &lab.lab)
}

/// Refuses to open a shell without a terminal, where it would wait for ever.
pub(super) fn require_terminal(instead: &str) -> Result<(), Error> {
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        return Ok(());
    }
    Err(Error::usage("there is no terminal here to open a shell on", instead))
}

/// Opens a shell and waits for its end; returns the shell's exit code.
pub(super) fn open(context: &Context, session: &LabSession, lab: &Lab) -> Result<ExitCode, Error> {
    // The task may be longer than the screen.
    let task = ("the task again", "unitlab lab brief");
    let mut commands = vec![task, ("grade it", "unitlab check"), ("stuck?", "unitlab hint"), ("leave", "exit")];
    commands.retain(|(_, command)| lab.has_hints() || *command != "unitlab hint");
    context.print_next_commands(&commands)?;
    let id = &lab.id;
    writeln!(io::stdout())?;
    let status = session.entrance()?.shell()?.run()?;
    if is_going_down(session) {
        writeln!(io::stdout(), "\n{id} is being switched off or rebooted.")?;
        let start = format!("unitlab lab start {id}");
        context.print_next_commands(&[("see which", "unitlab list"), ("go on with it", &start)])?;
    } else {
        writeln!(io::stdout(), "\n{id} keeps running.")?;
        context.print_next_commands(&[
            ("back in", "unitlab lab shell"),
            ("grade it", "unitlab check"),
            ("switch it off", "unitlab lab stop"),
        ])?;
    }
    Ok(ExitCode::Program(shell_code(status)))
}

/// True if the shell has ended because the sandbox shuts down or reboots.
fn is_going_down(session: &LabSession) -> bool {
    let state = session.entrance().and_then(|entrance| entrance.capture(&["systemctl", "is-system-running"], b""));
    // A manager that shuts down answers `stopping`, or refuses the job, and systemd-run prints a sentence about that.
    !state.is_ok_and(|state| state.output.split_whitespace().count() == 1 && state.output.trim() != "stopping")
}
