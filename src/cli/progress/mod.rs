//! `unitlab progress`: what is remembered of a learner, shown, handed out, and taken back.

mod export;
mod reset;
mod show;
mod verb;

pub(super) use verb::{Args, run};
