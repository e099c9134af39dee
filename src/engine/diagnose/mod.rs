//! Why a check failed. A cause is named only if the facts prove it.

mod address_in_use;
mod condition;
mod directive_mistakes;
mod environment;
mod exec_step;
mod failed_step;
mod not_enabled;
mod not_loaded;
mod not_running;
mod ordering_cycle;
mod permission_denied;
mod privileged_port;
mod protection_directives;
mod readiness;
mod reload;
mod root_cause;
mod setup_steps;
mod shell_syntax;
mod shell_word;
mod systemd_status;

pub(crate) use directive_mistakes::directive_mistakes;
pub(crate) use not_enabled::why_not_enabled;
pub(crate) use not_loaded::why_not_loaded;
pub(crate) use not_running::{foreign_listener, last_exit, why_not_running, why_not_running_after_boot};
pub(crate) use ordering_cycle::dropped_at_boot;
pub(crate) use readiness::no_main_process;
pub(crate) use reload::{needs_restart, stale};
pub(crate) use root_cause::put_root_causes_first;
pub(crate) use shell_word::shell_safe;
