//! The signal dispositions of the entering helper.
#![allow(unsafe_code, reason = "a system call whose safety the compiler cannot see; the comment says why it holds")]

use std::ffi::c_int;

/// The highest of the standard signals, `signal(7)`.
const LAST_STANDARD_SIGNAL: c_int = 31;

/// Gives each standard signal its default action. A caller such as `nohup` ignores SIGHUP, and programs inherit that: a
/// shell inside would then survive its terminal.
pub(super) fn restore_default_actions() {
    for signal in 1..=LAST_STANDARD_SIGNAL {
        // Fails for SIGKILL and SIGSTOP, which always have their default action.
        // SAFETY: SIG_DFL runs no code of this process.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
    }
}
