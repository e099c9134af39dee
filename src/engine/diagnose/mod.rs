//! Causes, each named only where the facts prove it.

mod ending;
mod install;
mod known;
mod reload;
mod unloadable;
mod writing;

pub(crate) use ending::{ending, orphan, why_not_running};
pub(crate) use install::why_not_enabled;
pub use known::diagnoses;
pub(crate) use reload::{needs_restart, stale};
pub(crate) use unloadable::unloadable;
pub(crate) use writing::writing;
