//! `unitlab lab …`: a lab's sandbox, from start to stop.

pub(super) mod brief;
mod command;
mod exec;
mod reset;
mod shell;
mod solve;
mod start;
mod stop;

pub(super) use command::Verb;
