//! The options that every verb takes.

use std::path::PathBuf;

use clap::{ArgAction, ValueEnum};

use crate::ui::ColorChoice;

#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Global options")]
pub(super) struct Globals {
    /// Use the course in this directory instead of the built-in one
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) course: Option<PathBuf>,
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        help = "Keep progress in this directory [default: $UNITLAB_STATE_DIR, else the XDG state directory]"
    )]
    pub(super) state_dir: Option<PathBuf>,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", hide_default_value = true)]
    pub(super) color: Color,
    /// Answer every question with yes
    #[arg(long, global = true)]
    pub(super) yes: bool,
    /// Print more details
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(super) verbose: u8,
    /// Directory of all sandboxes; for tests
    #[arg(long, global = true, value_name = "DIR", hide = true, env = "UNITLAB_ESTATE", hide_env = true)]
    pub(super) estate: Option<PathBuf>,
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
