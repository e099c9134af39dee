//! The door: words in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(unitlab::cli::run(std::env::args_os()))
}
