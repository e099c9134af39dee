//! From facts to verdicts: one file per kind of check.

mod active;
mod comes_back;
mod enabled;
mod expect;
mod grade;
mod http;
mod restart_policy;
mod runs_as;
mod setting;
mod survives_reboot;
#[cfg(test)]
mod truths;
mod unit_file;

pub use grade::judge;
