//! What systemd does at the edges, and the verdict that is owed: tables of properties as 252 printed them.
//!
//! The numbers are those of the project's list of truths; the live tests that carry the same numbers hold these
//! properties against a real systemd.

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
