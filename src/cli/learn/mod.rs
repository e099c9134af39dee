//! `unitlab learn`: a sitting with the tutorial.

mod beside;
mod past;
mod sitting;
mod verb;

pub(super) use sitting::{Sitting, Where};
pub(super) use verb::{Args, run};
