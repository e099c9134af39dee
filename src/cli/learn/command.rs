//! The arguments of `unitlab learn`: which chapter is shown, on the screen or as text.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;

use super::screen::{Start, TutorialScreen};
use crate::app::{Error, NameKind};
use crate::cli::completions;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitCode;
use crate::cli::gate_client;
use crate::cli::install::{self, WithoutSandbox};
use crate::ui::{Screen, chapter_as_text};

const EXAMPLES: &str = "\
Examples:
  unitlab learn                  go on where you left off
  unitlab learn service-states   by name, by number (4), or by prefix (service)
  unitlab learn reliability --plain | less

On a terminal: Space and n go on, p goes back, ? shows all keys, q leaves.
Commands on a page run in a private sandbox.";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Args {
    /// The chapter: its name, its number, or a prefix of its name; default: the current chapter
    #[arg(add = completions::names(NameKind::Chapter))]
    chapter: Option<String>,
    /// Print the whole chapter as text, for pipes and screen readers
    #[arg(long)]
    plain: bool,
    /// Boot the sandbox on this OS tree's /usr and /etc instead of the host's
    #[arg(long, value_name = "DIR")]
    os_tree: Option<PathBuf>,
}

pub(in crate::cli) fn run(context: &Context, args: &Args) -> Result<ExitCode, Error> {
    gate_client::refuse_inside("unitlab learn")?;
    let course = context.workspace.course()?;
    let tutorial = course.tutorial();
    let progress = context.workspace.progress()?;
    let wanted = args.chapter.as_deref().or(progress.current_chapter.as_deref());
    let chapter = match wanted {
        Some(named) if args.chapter.is_some() => course.chapter(named)?,
        // The recorded chapter may be of another course, or of an earlier version of this one.
        Some(named) => match course.chapter(named) {
            Ok(chapter) => chapter,
            Err(_) => first(&course)?,
        },
        None => first(&course)?,
    };
    let is_drawn = context.terminal.supports_full_screen() && io::stdin().is_terminal() && io::stdout().is_terminal();
    if args.plain || !is_drawn {
        io::stdout().write_all(chapter_as_text(chapter, context.terminal.style()).as_bytes())?;
        return Ok(ExitCode::Success);
    }
    install::offer(context, args.os_tree.as_deref(), WithoutSandbox::ShowsRecords)?;
    let at = tutorial.chapters.iter().position(|other| other.id == chapter.id).unwrap_or(0);
    let no_terminal = || Error::usage("there is no terminal to read on", "add --plain to print the chapter");
    let screen = Screen::open().map_err(Error::terminal)?.ok_or_else(no_terminal)?;
    TutorialScreen::new(context, &course, args.os_tree.as_deref())?.run(screen, Start::Chapter(at))
}

fn first(course: &crate::course::Course) -> Result<&crate::model::Chapter, Error> {
    let none = || Error::usage("this course has no chapters", "`unitlab list` shows what it has");
    course.tutorial().chapters.first().ok_or_else(none)
}
