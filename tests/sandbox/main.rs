//! Tests that need root, a sandbox, or a program that a machine may lack. There they are reported as ignored.
//!
//! `cargo test --test sandbox shell::` runs those of one module.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test fails by panicking, and starts programs")]
#![allow(clippy::needless_pass_by_value, reason = "a test owns its environment, which is removed at its end")]

#[path = "../common/mod.rs"]
#[macro_use]
mod common;

mod check_here;
mod command_line;
mod course_check;
mod course_check_chapters;
mod diagnoses;
mod doctor;
mod equal_answers;
mod files_of_the_user;
mod hostile_unit_files;
mod install_offer;
mod kinds;
mod learn;
mod learn_sandbox;
mod places;
mod privilege;
mod prompts;
mod recorded_facts;
mod sandbox_boots;
mod sandbox_gate;
mod sandbox_host_untouched;
mod sandbox_is_closed;
mod sandbox_keeps_its_terminal;
mod sandbox_keeps_work;
mod sandbox_leaves_nothing;
mod sandbox_says_why;
mod sandbox_stays_in_limits;
mod sandbox_takes_nothing_along;
mod sandbox_twin_stays_inside;
mod sandbox_two;
mod shell;
mod trials;
mod truths;
mod unit_files;

use std::process::ExitCode;

use common::harness;

fn main() -> ExitCode {
    harness::run(
        harness::threads(),
        &[
            check_here::TESTS,
            command_line::TESTS,
            course_check::TESTS,
            course_check_chapters::TESTS,
            diagnoses::TESTS,
            doctor::TESTS,
            equal_answers::TESTS,
            files_of_the_user::TESTS,
            hostile_unit_files::TESTS,
            install_offer::TESTS,
            kinds::TESTS,
            learn::TESTS,
            learn_sandbox::TESTS,
            places::TESTS,
            privilege::TESTS,
            prompts::TESTS,
            recorded_facts::TESTS,
            sandbox_boots::TESTS,
            sandbox_gate::TESTS,
            sandbox_host_untouched::TESTS,
            sandbox_is_closed::TESTS,
            sandbox_keeps_its_terminal::TESTS,
            sandbox_keeps_work::TESTS,
            sandbox_leaves_nothing::TESTS,
            sandbox_says_why::TESTS,
            sandbox_stays_in_limits::TESTS,
            sandbox_takes_nothing_along::TESTS,
            sandbox_twin_stays_inside::TESTS,
            sandbox_two::TESTS,
            shell::TESTS,
            trials::TESTS,
            truths::TESTS,
            unit_files::TESTS,
            diagnoses::coverage::TESTS,
        ],
    )
}
