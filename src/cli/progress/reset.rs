//! `unitlab progress reset`: forgets progress.

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use crate::app::{Error, Workspace};
use crate::cli::context::Context;
use crate::cli::exit_code::ExitCode;
use crate::learner::{LabProgress, Progress};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  unitlab progress reset service-states\n  unitlab progress reset --yes")]
pub(super) struct Args {
    /// A chapter or a lab; default: everything
    #[arg(value_name = "CHAPTER|LAB")]
    what: Option<String>,
}

/// What is forgotten.
enum Forgotten {
    Everything,
    Chapter(String),
    Lab(String),
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
                    let labs: Vec<&str> = course.labs().iter().map(|folder| folder.lab.id.as_str()).collect();
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
    let seeds = seeds_in_use(&context.workspace)?;
    context.workspace.update_progress(move |progress| {
        match forgotten {
            Forgotten::Everything => *progress = Progress::default(),
            Forgotten::Chapter(id) => {
                progress.chapters.remove(&id);
                if progress.current_chapter.as_ref() == Some(&id) {
                    progress.current_chapter = None;
                }
            }
            Forgotten::Lab(id) => {
                progress.labs.remove(&id);
                if progress.current_lab.as_ref() == Some(&id) {
                    progress.current_lab = None;
                }
            }
        }
        for (id, seed) in seeds {
            progress.lab(&id).seed = Some(seed);
        }
    })?;
    writeln!(io::stdout(), "Forgotten: {name}.")?;
    Ok(ExitCode::Success)
}

/// Seeds that the learner chose, for labs whose sandbox still exists: its values were drawn with that seed. Only root can
/// look; otherwise the sandbox is assumed to exist.
fn seeds_in_use(workspace: &Workspace) -> Result<BTreeMap<String, u32>, Error> {
    let exists = |id: &str| workspace.sandbox(id).dir().try_exists().unwrap_or(true);
    let chosen = |(id, lab): (String, LabProgress)| {
        lab.seed.filter(|seed| *seed != workspace.default_seed(&id)).map(|seed| (id, seed))
    };
    Ok(workspace.progress()?.labs.into_iter().filter_map(chosen).filter(|(id, _)| exists(id)).collect())
}
