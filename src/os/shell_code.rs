//! How a shell reports the end of a process.

use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

/// Returns the exit code, or 128 plus the signal's number.
pub(crate) fn shell_code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(125)
}
