//! `unitlab learn`: a sitting with the tutorial.

mod past;
mod sitting;
mod verb;

pub(super) use sitting::{Sitting, Where};
pub(super) use verb::{Args, run};
