//! Judges facts: one file per kind of check.

mod account;
mod active;
mod answer;
mod certain;
mod comes_back;
mod command;
mod enabled;
mod expect;
mod file;
mod grade;
mod http;
mod journal;
mod listens;
mod process;
mod restart_policy;
mod runs_as;
mod setting;
mod start_limit;
mod survives_reboot;
#[cfg(test)]
mod truths;
mod unit_file;

pub use answer::normal;
pub use certain::has_certain_failure;
pub use grade::judge;
pub(in crate::engine) use start_limit::RestartRate;
