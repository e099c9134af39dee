//! `unitlab doctor`: shows what this machine has and lacks, and the command that fixes each problem.

use std::io::{self, Write};

use super::context::Context;
use super::exit_code::ExitCode;
use super::{gate_client, install, sudo};
use crate::app::Error;
use crate::os::{Installation, Software};
use crate::sandbox::{self, Fix, Probe, ProbeStatus};
use crate::ui::{StatusMark, Stream, wrap};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  unitlab doctor\n  unitlab doctor --fix   install what is missing; remove leftovers; asks first"
)]
pub(super) struct Args {
    /// Install what is missing and remove leftovers; asks first
    #[arg(long)]
    fix: bool,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<ExitCode, Error> {
    gate_client::refuse_inside("unitlab doctor")?;
    let mut probes = sandbox::probes();
    if args.fix && (needs_fixing(&probes) || !sandbox::is_root() || !context.workspace.estate().leftovers().is_empty())
    {
        sudo::require_root(context, "installing packages and removing leftovers")?;
        fix(context, &probes)?;
        probes = sandbox::probes();
    }
    probes.push(terminal(context));
    probes.push(leftovers(context));
    let mut out = io::stdout().lock();
    for probe in &probes {
        write(context, probe, &mut out)?;
    }
    let blocking = probes.iter().any(|probe| probe.status == ProbeStatus::Blocking);
    let fixable = needs_fixing(&probes);
    writeln!(out)?;
    match (blocking, fixable) {
        (true, true) => writeln!(out, "Labs cannot run here yet. `unitlab doctor --fix` fixes what it can.")?,
        (true, false) => writeln!(out, "Labs cannot run on this machine.")?,
        (false, true) => writeln!(out, "Labs can run here. `unitlab doctor --fix` fixes the rest.")?,
        (false, false) => writeln!(out, "Labs can run here.")?,
    }
    Ok(if blocking { ExitCode::Unknown } else { ExitCode::Success })
}

fn needs_fixing(probes: &[Probe]) -> bool {
    probes.iter().any(|probe| probe.fix.line().is_some())
}

/// Writes one aligned line, and under it the command that fixes it. Without colour, a word shows the state.
fn write(context: &Context, probe: &Probe, out: &mut impl Write) -> io::Result<()> {
    const NAME: usize = 16;
    let (mark, word) = match probe.status {
        ProbeStatus::Ok => (StatusMark::Good, "good     "),
        ProbeStatus::Limited => (StatusMark::Limited, "limited  "),
        ProbeStatus::Blocking => (StatusMark::Bad, "missing  "),
    };
    let word = if context.terminal.color(Stream::Stdout) { "" } else { word };
    // In a narrow window the sentence starts on the line below the name.
    let beside = 2 + word.len() + NAME + 2;
    let narrow = context.terminal.width() < beside + 30;
    let indent = if narrow { 4 } else { beside };
    let lines = wrap(&probe.finding, context.terminal.width(), indent);
    let (first, rest) = lines.split_at(usize::from(!narrow).min(lines.len()));
    let head = format!("{} {word}{:NAME$}  {}", context.terminal.status_mark(mark), probe.name, first.concat());
    writeln!(out, "{}", head.trim_end())?;
    for line in rest {
        writeln!(out, "{:indent$}{line}", "")?;
    }
    if let Some(line) = probe.fix.line() {
        let arrow = context.terminal.style().glyphs().go;
        writeln!(out, "{:indent$}{arrow} {line}", "")?;
    }
    Ok(())
}

fn terminal(context: &Context) -> Probe {
    let interactive = context.terminal.is_interactive();
    let term = std::env::var("TERM").unwrap_or_default();
    let (status, finding) = if interactive {
        let charset = if context.terminal.style().unicode { "UTF-8" } else { "ASCII" };
        (ProbeStatus::Ok, format!("{term}, {} columns, {charset}", context.terminal.width()))
    } else {
        (ProbeStatus::Limited, "not a terminal: nothing is asked, and shells cannot be opened".to_owned())
    };
    Probe { name: "terminal", status, finding, fix: Fix::None }
}

fn leftovers(context: &Context) -> Probe {
    let probe = |status, finding: String, fix| Probe { name: "leftovers", status, finding, fix };
    if !sandbox::is_root() {
        return probe(ProbeStatus::Ok, "only root can look for them: `sudo unitlab doctor`".into(), Fix::None);
    }
    let running = context.workspace.estate().sandboxes().iter().filter(|sandbox| sandbox.is_running()).count();
    let left = context.workspace.estate().leftovers();
    if left.is_empty() {
        return probe(ProbeStatus::Ok, format!("none; running sandboxes: {running}"), Fix::None);
    }
    let says: Vec<String> = left.iter().map(|left| format!("{} of {}", left.what, left.name)).collect();
    probe(ProbeStatus::Limited, says.join("; "), Fix::Sweep)
}

/// Removes leftovers first, which needs no network and works even if an installation fails.
fn fix(context: &Context, probes: &[Probe]) -> Result<(), Error> {
    sweep(context)?;
    let missing: Vec<Software> = probes
        .iter()
        .filter_map(|probe| if let Fix::Install(software) = &probe.fix { Some(software.as_slice()) } else { None })
        .flatten()
        .copied()
        .collect();
    if !missing.is_empty()
        && let Ok(installation) = Installation::of(&missing)
        && install::confirm(context, &installation, &missing)?
    {
        install::install(&missing)?;
    }
    for probe in probes {
        let (Fix::Run(program, args), Some(command)) = (&probe.fix, probe.fix.line()) else { continue };
        if !context.terminal.confirm(&format!("{}: {}. Run `{command}`?", probe.name, probe.finding), "--yes")? {
            continue;
        }
        let status = Fix::run(*program, args)?;
        if !status.success() {
            return Err(Error::failed(format!("`{command}` failed with {status}"), "", "run it by hand and see why"));
        }
    }
    Ok(())
}

fn sweep(context: &Context) -> Result<(), Error> {
    let left = context.workspace.estate().leftovers();
    if left.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = left.iter().map(|left| format!("{} of {}", left.what, left.name)).collect();
    if context.terminal.confirm(&format!("Remove {}?", names.join("; ")), "--yes")? {
        let still = context.workspace.estate().sweep();
        if let Some(left) = still.first() {
            return Err(Error::failed(format!("{} of {} could not be removed", left.what, left.name), "", ""));
        }
    }
    Ok(())
}
