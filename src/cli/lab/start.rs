//! `unitlab lab start`: a private systemd with the lab's scene in it, and a shell.

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Instant;

use super::{brief, shell};
use crate::app::Failure;
use crate::app::LabSession;
use crate::cli::context::{self, Context};
use crate::cli::root;
use crate::course::{Course, LabFolder};
use crate::sandbox::{RootSource, SandboxError};

const EXAMPLES: &str = "\
Examples:
  unitlab lab start sre-app               boot it, read the task, work in its shell
  unitlab lab start sre-app --no-shell    leave it running in the background
  unitlab lab start sre-app --os-tree /srv/trixie --no-shell";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Args {
    /// The lab; the one in hand when left out
    lab: Option<String>,
    /// Leave the sandbox running without opening a shell in it
    #[arg(long)]
    no_shell: bool,
    /// Draw the lab's values with this seed, where they differ from learner to learner; for trying things out
    #[arg(long, value_name = "N")]
    seed: Option<u32>,
    /// Where it runs already, open a shell in it
    #[arg(long, hide = true, conflicts_with = "no_shell")]
    or_shell: bool,
    /// Boot on this OS tree's /usr and /etc instead of the host's
    #[arg(long, value_name = "DIR")]
    os_tree: Option<PathBuf>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<u8, Failure> {
    let course = context.course()?;
    let mut lab = context.lab(&course, args.lab.as_deref())?;
    if let Some(seed) = args.seed {
        lab = drawn(context, &course, &lab.lab.id, seed)?;
    }
    let lab = &*lab;
    if !args.no_shell {
        shell::needs_terminal("add --no-shell to leave the sandbox running without one")?;
    }
    root::required(context, "booting a sandbox")?;
    if args.or_shell && context.estate().sandbox(&context.sandbox_name(&lab.lab.id)).is_running() {
        let bench = LabSession::find(context.estate(), &context.sandbox_name(&lab.lab.id))?;
        brief::show(context, &lab.lab)?;
        writeln!(io::stdout())?;
        return shell::open(context, &bench, &lab.lab);
    }
    let bench = boot(context, lab, args.os_tree.as_deref())?;
    if args.no_shell {
        where_to(context)?;
        return Ok(0);
    }
    writeln!(io::stdout())?;
    brief::show(context, &lab.lab)?;
    writeln!(io::stdout())?;
    shell::open(context, &bench, &lab.lab)
}

/// The lab as this seed draws it; refused where there is work in it that was begun with another one.
fn drawn<'a>(context: &Context, course: &'a Course, id: &str, seed: u32) -> Result<Cow<'a, LabFolder>, Failure> {
    let lab = course.variant(id, seed)?;
    let before = context.progress()?.labs.get(id).and_then(|lab| lab.seed).unwrap_or_else(|| context.seed(id));
    if lab.seed.is_some() && before != seed && context.estate().sandbox(&context.sandbox_name(id)).has_work() {
        let what = format!("the sandbox of {id} was drawn with the seed {before}");
        return Err(Failure::usage(what, format!("begin anew with this one: `unitlab lab reset {id} --seed {seed}`")));
    }
    Ok(lab)
}

/// What can be done with a sandbox that was left running.
pub(super) fn where_to(context: &Context) -> Result<(), Failure> {
    context.point_on(&[
        ("the task", "unitlab lab brief"),
        ("a shell in it", "unitlab lab shell"),
        ("grade it", "unitlab check"),
    ])
}

/// Boots a lab's sandbox that outlives this process, and makes it the lab in hand.
pub(super) fn boot(
    context: &Context,
    lab: &LabFolder,
    os_tree: Option<&std::path::Path>,
) -> Result<LabSession, Failure> {
    let id = lab.lab.id.clone();
    let started = Instant::now();
    let workshop = context.workshop(os_tree)?;
    let name = context.sandbox_name(&id);
    let sandbox = workshop.estate.sandbox(&name);
    let continued = sandbox.has_work();
    if let (true, Some(wanted), Ok(Some(record))) = (continued, os_tree, sandbox.record())
        && wanted.canonicalize().ok().as_deref() != Some(record.os_tree())
    {
        let what = format!("the sandbox of {id} was made on {}", record.os_tree().display());
        return Err(Failure::usage(what, format!("go back to the start first: `unitlab lab reset {id}`")));
    }
    let mut bench = {
        let _waiting = context.terminal.spinner("booting a private systemd");
        workshop.open(lab, &name, RootSource::Keep).map_err(|error| match error {
            SandboxError::AlreadyRunning { .. } => {
                let next = "open a shell in it with `unitlab lab shell`, or end it with `unitlab lab stop`";
                Failure::usage(format!("{id} is already running"), next)
            }
            other => other.into(),
        })?
    };
    bench.keep()?;
    context.note(&format!("its root and its record are in {}", bench.sandbox().dir().display()));
    let at = context::now();
    let (remembered, seed) = (id.clone(), lab.seed);
    context.remember(move |progress| {
        progress.lab_in_hand = Some(remembered.clone());
        let lab = progress.lab(&remembered);
        lab.started.get_or_insert(at);
        lab.seed = seed.or(lab.seed);
    })?;
    let how = if continued { "as you left it" } else { "at its starting scene" };
    writeln!(io::stdout(), "{id} is up, {how}, after {:.2} s.", started.elapsed().as_secs_f64())?;
    Ok(bench)
}
