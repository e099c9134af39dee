//! `unitlab examine` (hidden): reads questions about this machine, and writes the answers.

use std::io;

use super::exit_code::ExitCode;
use crate::app::Error;
use crate::machine;

/// The error if the questions cannot be read or the answers not be written.
pub(super) const CANNOT_EXAMINE: &str = "cannot answer questions about this machine";

pub(super) fn run() -> Result<ExitCode, Error> {
    machine::examine(io::stdin(), io::stdout()).map_err(Error::system(CANNOT_EXAMINE))?;
    Ok(ExitCode::Success)
}
