//! What several rooms need from the operating system: child processes with a deadline, file replacement, accounts,
//! terminals and signals.
#![allow(clippy::disallowed_methods, reason = "this room starts programs for the others")]

pub(crate) mod account;
pub(crate) mod child;
mod frames;
mod interrupt;
mod pty;
mod raw_mode;
pub(crate) mod replace;
mod self_command;
mod shell_code;

pub(crate) use frames::{FrameBuffer, frame, read_frame, read_json, write_frame};
pub(crate) use interrupt::{HandledSignals, SignalWatch, on_termination, signal_stream, wait_for_signal};
pub(crate) use pty::open_pty;
pub(crate) use raw_mode::{RawMode, RawModeKind};
pub(crate) use self_command::SelfCommand;
pub(crate) use shell_code::shell_code;
