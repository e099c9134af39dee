//! `unitlab completions`: prints a completion script for a shell.

use std::io;

use clap_complete::Shell;

use super::exit_code::ExitCode;
use crate::app::Error;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  unitlab completions bash > ~/.local/share/bash-completion/completions/unitlab")]
pub(super) struct Args {
    /// The shell
    shell: Shell,
}

pub(super) fn run(args: &Args, mut command: clap::Command) -> Result<ExitCode, Error> {
    // The generator panics if it writes to a closed pipe, so it writes into memory.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "unitlab", &mut script);
    io::Write::write_all(&mut io::stdout(), &script)?;
    Ok(ExitCode::Success)
}
