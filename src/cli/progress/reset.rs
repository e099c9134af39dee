//! `unitlab progress reset`: forgets what was done.

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use crate::app::Failure;
use crate::cli::context::Context;
use crate::learner::{LabProgress, Progress};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  unitlab progress reset service-states\n  unitlab progress reset --yes")]
pub(super) struct Args {
    /// A chapter or a lab; everything when left out
    #[arg(value_name = "CHAPTER|LAB")]
    what: Option<String>,
}

/// What is to be forgotten.
enum Forgotten {
    Everything,
    Chapter(String),
    Lab(String),
}

pub(super) fn run(context: &Context, args: &Args) -> Result<u8, Failure> {
    let (forgotten, words) = match args.what.as_deref() {
        None => (Forgotten::Everything, "everything that you have read, answered and graded".to_owned()),
        Some(named) => {
            let course = context.course()?;
            // Chapters have numbers and beginnings too; an exact lab wins.
            match (course.lab(named), course.chapter(named)) {
                (Ok(lab), _) => (Forgotten::Lab(lab.lab.id.clone()), format!("the lab {}", lab.lab.id)),
                (_, Ok(chapter)) => (Forgotten::Chapter(chapter.id.clone()), format!("the chapter {}", chapter.id)),
                (Err(no_lab), Err(_)) if no_lab.nearest.is_some() => return Err(no_lab.into()),
                (_, Err(no_chapter)) => {
                    let labs: Vec<&str> = course.labs().iter().map(|folder| folder.lab.id.as_str()).collect();
                    let what = no_chapter.to_string();
                    return Err(Failure::usage(what, format!("or name a lab: {}", labs.join(", "))));
                }
            }
        }
    };
    if !context.terminal.confirm(&format!("Forget {words}?"), "--yes")? {
        writeln!(io::stdout(), "Nothing was forgotten.")?;
        return Ok(0);
    }
    let drawn = still_drawn(context)?;
    context.remember(move |progress| {
        match forgotten {
            Forgotten::Everything => *progress = Progress::default(),
            Forgotten::Chapter(id) => {
                progress.chapters.remove(&id);
                if progress.chapter_in_hand.as_ref() == Some(&id) {
                    progress.chapter_in_hand = None;
                }
            }
            Forgotten::Lab(id) => {
                progress.labs.remove(&id);
                if progress.lab_in_hand.as_ref() == Some(&id) {
                    progress.lab_in_hand = None;
                }
            }
        }
        for (id, seed) in drawn {
            progress.lab(&id).seed = Some(seed);
        }
    })?;
    writeln!(io::stdout(), "Forgotten: {words}.")?;
    Ok(0)
}

/// Seeds that somebody has chosen, of labs whose sandboxes are there: by another one they would be graded for names
/// that they do not have. Where nobody but root may look, there may be one.
fn still_drawn(context: &Context) -> Result<BTreeMap<String, u32>, Failure> {
    let is_there = |id: &str| context.estate().sandbox(&context.sandbox_name(id)).dir().try_exists().unwrap_or(true);
    let chosen =
        |(id, lab): (String, LabProgress)| lab.seed.filter(|seed| *seed != context.seed(&id)).map(|seed| (id, seed));
    Ok(context.progress()?.labs.into_iter().filter_map(chosen).filter(|(id, _)| is_there(id)).collect())
}
