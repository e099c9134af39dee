//! `unitlab completions`: completions for a shell.

use std::io;

use clap::CommandFactory;
use clap_complete::Shell;

use super::command_line::Cli;
use crate::app::Failure;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  unitlab completions bash > ~/.local/share/bash-completion/completions/unitlab")]
pub(super) struct Args {
    /// The shell to complete in
    shell: Shell,
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    // Rendered first: the generator panics on a pipe that was closed.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "unitlab", &mut script);
    io::Write::write_all(&mut io::stdout(), &script)?;
    Ok(0)
}
