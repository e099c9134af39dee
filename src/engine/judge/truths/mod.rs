//! Verdicts about special cases of systemd, as tables of properties as systemd 252 prints them.
//!
//! The numbers of the truths are those of `docs/verdicts.md`. The tests in `tests/sandbox/truths/` verify the same numbers on a
//! real systemd.

mod account_and_file;
mod active;
mod at_boot;
mod failure;
mod on_disk;
mod probes;
mod restart;
mod starts;
mod trials;
mod user;
mod verdicts;
