//! The sandbox beside a lesson, and the commands that run in it.

pub(crate) mod command_run;
