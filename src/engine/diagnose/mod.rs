//! Causes, each named only where the facts prove it.

mod complaint;
mod condition;
mod ending;
mod environment;
mod exec;
mod install;
mod ordering;
mod paste;
mod privileged_port;
mod reload;
mod root_cause;
mod shell;
mod step;
mod unloadable;
mod waiting;
mod wall;
mod writing;

pub(crate) use ending::{ending, orphan, why_not_running, why_not_running_after_boot};
pub(crate) use install::why_not_enabled;
pub(crate) use ordering::boot_dropped;
pub(crate) use paste::shell_safe;
pub(crate) use reload::{needs_restart, stale};
pub(crate) use root_cause::fold;
pub(crate) use unloadable::unloadable;
pub(crate) use waiting::no_main_process;
pub(crate) use writing::writing;
