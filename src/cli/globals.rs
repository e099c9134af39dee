//! The options that every verb takes.

use std::path::PathBuf;

use clap::{ArgAction, ValueEnum};

use crate::ui::ColorChoice;

#[derive(Debug, Clone, clap::Args)]
pub(super) struct Globals {
    /// Use the course in this folder instead of the built-in one
    #[arg(long, global = true, value_name = "DIR")]
    pub course: Option<PathBuf>,
    /// Keep progress in this folder, instead of `UNITLAB_STATE_DIR` or the XDG state folder
    #[arg(long, global = true, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", hide_default_value = true)]
    pub color: Color,
    /// Answer every question with yes
    #[arg(long, global = true)]
    pub yes: bool,
    /// Say more about what is done
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// Where sandboxes live; for tests
    #[arg(long, global = true, value_name = "DIR", hide = true, env = "UNITLAB_ESTATE", hide_env = true)]
    pub estate: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

impl From<Color> for ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}
