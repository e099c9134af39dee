//! `unitlab course …`: for authors of lessons and labs.

mod check;
mod command;

pub(super) use command::Verb;
