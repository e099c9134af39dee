//! `unitlab lab …`: a lab's sandbox, from start to stop.

mod brief;
mod exec;
mod reset;
mod shell;
mod solve;
mod start;
mod stop;
mod verb;

pub(super) use verb::Verb;
