//! `unitlab enter` (hidden): becomes root inside a sandbox and does one thing there.

use std::io;
use std::os::fd::RawFd;

use super::examine::CANNOT_EXAMINE;
use super::exit_code::ExitCode;
use crate::app::Error;
use crate::machine;
use crate::os::shell_code;
use crate::sandbox::{self, EnterTask};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Number of the inherited file descriptor that holds the request
    #[arg(long, value_name = "N")]
    fd: RawFd,
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Error> {
    let (task, contents) = sandbox::enter(args.fd)?;
    match task {
        EnterTask::Examine => machine::examine(io::stdin(), io::stdout()).map_err(Error::system(CANNOT_EXAMINE))?,
        EnterTask::WriteFiles(files) => {
            sandbox::write_files(&files, &mut contents.as_slice())
                .map_err(|error| Error::failed(error.to_string(), "", ""))?;
        }
        EnterTask::Run(program) => return Ok(ExitCode::Program(shell_code(sandbox::run_inside(&program)?))),
    }
    Ok(ExitCode::Success)
}
