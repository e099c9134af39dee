//! `unitlab progress reset`: forgets progress.

use std::io::{self, Write as _};

use crate::app::{self, Error, Forgotten, NameKind};
use crate::cli::completions;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitCode;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  unitlab progress reset service-states\n  unitlab progress reset --yes")]
pub(super) struct Args {
    /// A chapter or a lab; default: everything
    #[arg(value_name = "CHAPTER|LAB", add = completions::names_of_two(NameKind::Chapter, NameKind::Lab))]
    what: Option<String>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<ExitCode, Error> {
    let (forgotten, name) = match args.what.as_deref() {
        None => (Forgotten::Everything, "everything that you have read, answered and graded".to_owned()),
        Some(named) => {
            let course = context.workspace.course()?;
            // A chapter can be named by its number or a prefix; an exact lab id wins.
            match (course.lab(named), course.chapter(named)) {
                (Ok(lab), _) => (Forgotten::Lab(lab.lab.id.clone()), format!("the lab {}", lab.lab.id)),
                (_, Ok(chapter)) => (Forgotten::Chapter(chapter.id.clone()), format!("the chapter {}", chapter.id)),
                (Err(no_lab), Err(_)) if no_lab.nearest.is_some() => return Err(no_lab.into()),
                (_, Err(no_chapter)) => {
                    let labs: Vec<&str> = course.labs().iter().map(|directory| directory.lab.id.as_str()).collect();
                    let what = no_chapter.to_string();
                    return Err(Error::usage(what, format!("or name a lab: {}", labs.join(", "))));
                }
            }
        }
    };
    if !context.terminal.confirm(&format!("Forget {name}?"), "--yes")? {
        writeln!(io::stdout(), "Nothing was forgotten.")?;
        return Ok(ExitCode::Success);
    }
    app::forget_progress(&context.workspace, forgotten)?;
    writeln!(io::stdout(), "Forgotten: {name}.")?;
    Ok(ExitCode::Success)
}
