//! Proves the built-in course and the example in the guide, as `unitlab course check` does.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test fails by panicking, and starts programs")]
#![allow(clippy::needless_pass_by_value, reason = "a test owns its environment, which is removed at its end")]

#[path = "../common/mod.rs"]
#[macro_use]
mod common;

mod documented_lab;
mod lab_cases;
mod lessons;

use std::process::ExitCode;

use common::harness;

/// One, because each test runs several sandboxes at a time.
const THREADS: usize = 1;

fn main() -> ExitCode {
    harness::run(THREADS, &[documented_lab::TESTS, lab_cases::TESTS, lessons::TESTS])
}
