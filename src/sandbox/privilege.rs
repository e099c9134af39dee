//! Becoming root for the one step that needs it, by the way that the machine's owner has set up.

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::os::unix::process::CommandExt;
use std::process::Command;

use super::SandboxError;

/// This process is root.
#[must_use]
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Replaces this process by itself under sudo, with these arguments. Returns only when that fails.
#[must_use]
pub fn become_root(args: &[OsString]) -> SandboxError {
    let Ok(sudo) = which::which("sudo") else {
        return SandboxError::Unsupported {
            what: "this needs root, and sudo is not installed".into(),
            next: "run the same command as root, or install sudo".into(),
        };
    };
    let exe = match std::env::current_exe() {
        Ok(exe) => exe,
        Err(error) => return SandboxError::system("cannot find this program's own file")(error),
    };
    let mut command = Command::new(sudo);
    if !io::stdin().is_terminal() {
        // Nobody could type a password; without this sudo would say so in words of its own.
        command.arg("-n");
    }
    let error = command.arg("--").arg(exe).args(args).exec();
    SandboxError::system("cannot run sudo")(error)
}
