//! `unitlab lab solve`: shows and applies the reference solution.

use std::io::{self, Write};

use crate::app::{self, Error, LabPurpose, NameKind};
use crate::cli::choose_lab::LabArgument;
use crate::cli::completions;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitCode;
use crate::cli::sudo;
use crate::model::escape;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  unitlab lab solve sre-app --yes")]
pub(in crate::cli) struct Args {
    /// The lab; default: the current lab
    #[arg(add = completions::names(NameKind::RunningLab))]
    lab: Option<String>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<ExitCode, Error> {
    let workspace = &context.workspace;
    let course = workspace.course()?;
    let argument = LabArgument {
        named: args.lab.as_deref(),
        command: "unitlab lab solve",
        purpose: LabPurpose::Sandbox,
        root: Some("entering the sandbox"),
    };
    let Some(lab) = argument.find(context, &course)? else { return Ok(ExitCode::Success) };
    let lab = &*lab;
    let id = lab.lab.id.clone();
    sudo::require_root(context, "entering the sandbox")?;
    let session = app::find_session(workspace, lab)?;
    let question = format!("Show the solution of {id} and apply it? It will be remembered that you saw it.");
    if !context.terminal.confirm(&question, "--yes")? {
        return Ok(ExitCode::Success);
    }
    let revealed = id.clone();
    workspace.update_progress(move |progress| progress.lab(&revealed).revealed = true)?;
    let block = |head: &str, body: &str| format!("{head}\n\n```\n{}\n```\n", body.trim_end());
    let files = lab.solution.files.iter();
    let mut parts: Vec<String> =
        files.map(|file| block(&format!("`{}`", file.path), &String::from_utf8_lossy(&file.bytes))).collect();
    parts.extend(lab.solution.script.iter().map(|script| block("And run as root:", script)));
    parts.push(lab.notes.clone());
    context.print_markdown(&parts.join("\n"))?;
    for (check, answer) in app::apply_solution(workspace, &session, lab)? {
        writeln!(io::stdout(), "Handed in: unitlab answer {check} {}", escape(&answer))?;
    }
    writeln!(io::stdout(), "\nThe solution is applied.")?;
    context.print_next_commands(&[("see your score", &format!("unitlab check {id}"))])?;
    Ok(ExitCode::Success)
}
