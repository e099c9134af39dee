//! `unitlab progress`: shows, exports and resets the learner's progress.

mod command;
mod export;
mod reset;
mod show;

pub(super) use command::{Args, run};
