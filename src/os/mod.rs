//! What several rooms need from the operating system: child processes with a deadline, file replacement, accounts.
#![allow(clippy::disallowed_methods, reason = "this room starts programs for the others")]

pub(crate) mod account;
pub(crate) mod child;
mod raw_mode;
pub(crate) mod replace;

pub(crate) use raw_mode::{RawMode, RawModeKind};
