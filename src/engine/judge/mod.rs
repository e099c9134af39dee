//! From facts to verdicts: one file per kind of check.

mod account;
mod active;
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
#[cfg(test)]
mod truths;
mod unit_file;

pub use grade::judge;
