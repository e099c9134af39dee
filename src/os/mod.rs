//! What several rooms need from the operating system: child processes with a deadline, file replacement, accounts,
//! terminals, signals, and the system's programs with their packages.
#![allow(clippy::disallowed_methods, reason = "this room starts programs for the others")]

pub(crate) mod account;
pub(crate) mod child;
mod cpu_time;
mod distribution;
mod frames;
mod install_failure;
mod installation;
mod interrupt;
pub(crate) mod passwd;
mod prompt_guard;
mod raw_mode;
pub(crate) mod replace;
mod self_command;
mod shell_code;
mod software;

pub(crate) use cpu_time::cpu_time;
pub(crate) use frames::{FrameBuffer, frame, read_frame, read_json, write_frame};
pub(crate) use install_failure::InstallFailure;
pub(crate) use installation::{Installation, as_root};
pub(crate) use interrupt::{HandledSignals, leave_signals_to_child, on_termination, signal_stream, wait_for_signal};
pub(crate) use prompt_guard::PromptGuard;
pub(crate) use raw_mode::{RawMode, RawModeKind};
pub(crate) use self_command::SelfCommand;
pub(crate) use shell_code::shell_code;
pub(crate) use software::{MissingSoftware, SEARCH_PATH, Software};
