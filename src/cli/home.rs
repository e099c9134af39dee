//! `unitlab` without a word: the home screen on a terminal, else the help.

use std::io::{self, Write as _};

use super::command_line;
use super::context::Context;
use super::globals::Globals;
use super::inside;
use super::learn::{Sitting, Where};
use crate::app::Failure;
use crate::ui::Screen;

pub(super) fn run(globals: &Globals) -> Result<u8, Failure> {
    let context = Context::new(globals)?;
    if inside::is_inside() || !context.terminal.supports_full_screen() {
        return help();
    }
    let course = context.course()?;
    let sitting = Sitting::new(&context, &course, None)?;
    match Screen::open().map_err(Failure::terminal)? {
        Some(screen) => sitting.run(screen, Where::Home),
        None => help(),
    }
}

fn help() -> Result<u8, Failure> {
    io::stderr().write_all(command_line::help().as_bytes())?;
    Ok(2)
}
