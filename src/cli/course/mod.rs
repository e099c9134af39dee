//! `unitlab course …`: for those who write lessons and labs.

mod check;
mod record;
mod verb;

pub(super) use verb::Verb;
