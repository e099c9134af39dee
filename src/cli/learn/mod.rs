//! `unitlab learn`: a sitting with the tutorial.

mod history;
mod practice_client;
mod session;
mod verb;

pub(super) use session::{Sitting, Where};
pub(super) use verb::{Args, run};
