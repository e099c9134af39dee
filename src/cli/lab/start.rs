//! `unitlab lab start`: boots a private systemd with the lab's scene, and opens a shell in it.

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::shell;
use crate::app::{self, Error, LabPurpose, LabSession, NameKind};
use crate::cli::choose_lab::LabArgument;
use crate::cli::completions;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitCode;
use crate::cli::install;
use crate::course::{Course, LabDirectory};

const EXAMPLES: &str = "\
Examples:
  unitlab lab start sre-app              boot it, and open a shell in it
  unitlab lab start sre-app --no-shell   leave it running in the background
  unitlab lab start sre-app --os-tree /srv/trixie --no-shell";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    boot: BootArgs,
    /// Leave the sandbox running without opening a shell in it
    #[arg(long)]
    no_shell: bool,
    /// If it is already running, open a shell in it
    #[arg(long, hide = true, conflicts_with = "no_shell")]
    or_shell: bool,
}

/// Which sandbox is booted, and how.
#[derive(Debug, clap::Args)]
pub(super) struct BootArgs {
    /// The lab; default: the current lab
    #[arg(add = completions::names(NameKind::Lab))]
    pub(super) lab: Option<String>,
    /// Draw the lab's values with this seed; by default they differ between learners
    #[arg(long, value_name = "N")]
    pub(super) seed: Option<u32>,
    /// Boot on this OS tree's /usr and /etc instead of the host's
    #[arg(long, value_name = "DIR")]
    pub(super) os_tree: Option<PathBuf>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<ExitCode, Error> {
    let workspace = &context.workspace;
    let course = workspace.course()?;
    let argument = LabArgument {
        named: args.boot.lab.as_deref(),
        command: "unitlab lab start",
        purpose: LabPurpose::Any,
        root: Some("booting a sandbox"),
    };
    let Some(mut lab) = argument.find(context, &course)? else { return Ok(ExitCode::Success) };
    if let Some(seed) = args.boot.seed {
        lab = drawn(context, &course, &lab.lab.id, seed)?;
    }
    let lab = &*lab;
    if !args.no_shell {
        shell::require_terminal("add --no-shell to leave the sandbox running without one")?;
    }
    install::require_sandboxes(context, args.boot.os_tree.as_deref(), "booting a sandbox")?;
    if args.or_shell && workspace.sandbox(&lab.lab.id).is_running() {
        let session = LabSession::find(workspace.estate(), &workspace.sandbox_name(&lab.lab.id))?;
        return show_task_and_open(context, &session, lab);
    }
    let session = boot(context, lab, args.boot.os_tree.as_deref())?;
    if args.no_shell {
        print_what_to_do(context)?;
        return Ok(ExitCode::Success);
    }
    writeln!(io::stdout())?;
    show_task_and_open(context, &session, lab)
}

fn show_task_and_open(context: &Context, session: &LabSession, lab: &LabDirectory) -> Result<ExitCode, Error> {
    context.print_markdown(&lab.lab.brief)?;
    writeln!(io::stdout())?;
    shell::open(context, session, &lab.lab)
}

/// Draws the lab's values with this seed. Refused if the sandbox has work that was begun with another seed.
fn drawn<'a>(context: &Context, course: &'a Course, id: &str, seed: u32) -> Result<Cow<'a, LabDirectory>, Error> {
    let workspace = &context.workspace;
    let lab = course.variant(id, seed)?;
    let known = workspace.progress()?.labs.get(id).and_then(|lab| lab.seed);
    let before = known.unwrap_or_else(|| workspace.default_seed(id));
    if lab.seed.is_some() && before != seed && workspace.sandbox(id).has_work() {
        let what = format!("the sandbox of {id} was drawn with the seed {before}");
        return Err(Error::usage(what, format!("begin anew with this one: `unitlab lab reset {id} --seed {seed}`")));
    }
    Ok(lab)
}

/// Prints the commands for a sandbox that runs in the background.
pub(super) fn print_what_to_do(context: &Context) -> Result<(), Error> {
    context.print_next_commands(&[
        ("the task", "unitlab lab brief"),
        ("a shell in it", "unitlab lab shell"),
        ("grade it", "unitlab check"),
    ])
}

/// Boots the lab's sandbox, which outlives this process, and makes it the current lab.
pub(super) fn boot(context: &Context, lab: &LabDirectory, os_tree: Option<&Path>) -> Result<LabSession, Error> {
    let started = Instant::now();
    let lab_start = {
        let spinner = context.terminal.spinner("booting a private systemd");
        app::start_lab(&context.workspace, lab, os_tree, &|text| spinner.set_message(text))?
    };
    let how = if lab_start.continued { "as you left it" } else { "at its starting scene" };
    writeln!(io::stdout(), "{} is up, {how}, after {:.2} s.", lab.lab.id, started.elapsed().as_secs_f64())?;
    Ok(lab_start.session)
}
