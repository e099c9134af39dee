//! `unitlab examine`: answers questions about this machine, JSON in, JSON out. Started by unitlab, never by a person.

use std::io;

use crate::app::Failure;
use crate::machine;

/// What is told when the questions cannot be read, or the answers not be written.
pub(super) const UNEXAMINED: &str = "cannot answer questions about this machine";

pub(super) fn run() -> Result<u8, Failure> {
    machine::examine(io::stdin(), io::stdout()).map_err(Failure::system(UNEXAMINED))?;
    Ok(0)
}
