//! The words behind `unitlab learn`.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;

use super::session::{Sitting, Where};
use crate::app::Failure;
use crate::cli::context::Context;
use crate::cli::inside;
use crate::ui::{Screen, chapter_as_text};

const EXAMPLES: &str = "\
Examples:
  unitlab learn                           go on where you left off
  unitlab learn service-states            by name, by number (4), or by its beginning (service)
  unitlab learn reliability --plain | less

On a terminal: Space and n go on, p goes back, ? shows all keys, q leaves. Commands on a page run in a private sandbox.";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Args {
    /// The chapter: its name, its number, or the beginning of its name; the one in hand when left out
    chapter: Option<String>,
    /// Print the whole chapter as text, for pipes and screen readers
    #[arg(long)]
    plain: bool,
    /// Boot the sandbox on this OS tree's /usr and /etc instead of the host's
    #[arg(long, value_name = "DIR")]
    os_tree: Option<PathBuf>,
}

pub(in crate::cli) fn run(context: &Context, args: &Args) -> Result<u8, Failure> {
    inside::only_outside("unitlab learn")?;
    let course = context.course()?;
    let tutorial = course.tutorial();
    let progress = context.progress()?;
    let focus = args.chapter.as_deref().or(progress.chapter_in_hand.as_deref());
    let chapter = match focus {
        Some(named) if args.chapter.is_some() => course.chapter(named)?,
        // A chapter of another course, or of an earlier version of this one.
        Some(named) => match course.chapter(named) {
            Ok(chapter) => chapter,
            Err(_) => first(&course)?,
        },
        None => first(&course)?,
    };
    let is_drawn = context.terminal.supports_full_screen() && io::stdin().is_terminal() && io::stdout().is_terminal();
    if args.plain || !is_drawn {
        io::stdout().write_all(chapter_as_text(chapter, context.terminal.style()).as_bytes())?;
        return Ok(0);
    }
    let at = tutorial.chapters.iter().position(|other| other.id == chapter.id).unwrap_or(0);
    let no_terminal = || Failure::usage("there is no terminal to read on", "add --plain to print the chapter");
    let screen = Screen::open().map_err(Failure::terminal)?.ok_or_else(no_terminal)?;
    Sitting::new(context, &course, args.os_tree.clone())?.run(screen, Where::Chapter(at))
}

fn first(course: &crate::course::Course) -> Result<&crate::model::Chapter, Failure> {
    let none = || Failure::usage("this course has no chapters", "`unitlab list` shows what it has");
    course.tutorial().chapters.first().ok_or_else(none)
}
