//! Processes from /proc, and programs that a lab asks to run.

pub(crate) mod command;
pub(crate) mod process;
pub(crate) mod walk;
