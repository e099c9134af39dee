//! `unitlab examine`: answers questions about this machine, JSON in, JSON out. Started by unitlab, never by a person.

use std::io;

use super::failure::Failure;
use crate::machine;

pub(super) fn run() -> Result<u8, Failure> {
    machine::examine(io::stdin(), io::stdout())?;
    Ok(0)
}
