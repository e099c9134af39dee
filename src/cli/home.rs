//! `unitlab` without arguments: the home screen on a terminal, else the help.

use std::io::{self, IsTerminal as _, Write as _};

use super::context::Context;
use super::exit_code::ExitCode;
use super::globals::Globals;
use super::install::{self, WithoutSandbox};
use super::learn::{Start, TutorialScreen};
use crate::app::{self, Error};
use crate::ui::Screen;

/// `help` returns the text that is shown without a terminal.
pub(super) fn run(globals: &Globals, help: impl Fn() -> String) -> Result<ExitCode, Error> {
    let context = Context::new(globals)?;
    let is_drawn = context.terminal.supports_full_screen() && io::stdin().is_terminal() && io::stdout().is_terminal();
    if is_drawn && !app::is_inside() {
        install::offer(&context, None, WithoutSandbox::ShowsRecords)?;
        let course = context.workspace.course()?;
        let tutorial = TutorialScreen::new(&context, &course, None)?;
        if let Some(screen) = Screen::open().map_err(Error::terminal)? {
            return tutorial.run(screen, Start::Home);
        }
    }
    io::stderr().write_all(help().as_bytes())?;
    Ok(ExitCode::Usage)
}
