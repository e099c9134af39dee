//! Tests that run on any Linux without root, in seconds.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test fails by panicking, and starts programs")]

#[path = "../common/mod.rs"]
mod common;

mod command_line;
mod house;
mod lessons;
mod progress_is_never_lost;
mod recorded;
mod report_goes_into_a_file;
mod terminal_questions;
