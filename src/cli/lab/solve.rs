//! `unitlab lab solve`: shows and applies the reference solution.

use std::io::{self, Write};

use crate::app::Failure;
use crate::cli::check;
use crate::cli::context::Context;
use crate::cli::root;
use crate::model::escape;
use crate::ui::{Stream, markdown};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  unitlab lab solve sre-app --yes")]
pub(in crate::cli) struct Args {
    /// The lab; the one in hand when left out
    lab: Option<String>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<u8, Failure> {
    let course = context.course()?;
    let lab = &*context.lab(&course, args.lab.as_deref())?;
    let id = lab.lab.id.clone();
    root::required(context, "entering the sandbox")?;
    let bench = check::find(context, lab)?;
    let question = format!("Show the solution of {id} and apply it? It will be remembered that you saw it.");
    if !context.terminal.confirm(&question, "--yes")? {
        return Ok(0);
    }
    let remembered = id.clone();
    context.remember(move |progress| progress.lab(&remembered).revealed = true)?;
    let block = |head: &str, body: &str| format!("{head}\n\n```\n{}\n```\n", body.trim_end());
    let files = lab.solution.files.iter();
    let mut parts: Vec<String> =
        files.map(|file| block(&format!("`{}`", file.path), &String::from_utf8_lossy(&file.bytes))).collect();
    parts.extend(lab.solution.script.iter().map(|script| block("And run as root:", script)));
    parts.push(lab.notes.clone());
    let text = parts.join("\n");
    let page = markdown(&text, context.terminal.width(), context.terminal.color(Stream::Stdout));
    io::stdout().write_all(page.as_bytes())?;
    bench.apply_whole(&lab.solution, "the solution")?;
    let answers = bench.found_out(&lab.answers)?;
    for (check, answer) in &answers {
        writeln!(io::stdout(), "Handed in: unitlab answer {check} {}", escape(answer))?;
    }
    let remembered = id.clone();
    context.remember(move |progress| progress.lab(&remembered).answers.extend(answers))?;
    writeln!(io::stdout(), "\nIt is applied.")?;
    context.point_on(&[("see what it is worth", &format!("unitlab check {id}"))])?;
    Ok(0)
}
