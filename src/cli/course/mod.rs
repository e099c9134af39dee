//! `unitlab course …`: for those who write lessons and labs.

mod check;
mod pages;
mod record;
mod verb;

pub use pages::too_long;
pub(super) use verb::Verb;
