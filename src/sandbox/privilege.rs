//! Finds out whether this process is root, and becomes root through sudo(8) if it is not.

use std::io::{self, IsTerminal};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::SandboxError;
use crate::os::child::{Limits, Outcome, run};
use crate::os::{Installation, SelfCommand, Software};

#[must_use]
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Replaces this process with the given command under sudo. Returns only if that fails.
#[must_use]
pub(crate) fn reexec_with_sudo(ourselves: &SelfCommand) -> SandboxError {
    let sudo = match sudo() {
        Ok(sudo) => sudo,
        Err(error) => return error,
    };
    if let Err(refusal) = authenticate(sudo, ourselves.program()) {
        return refusal;
    }
    SandboxError::system("cannot run sudo")(ourselves.under_sudo(sudo, &[]).exec())
}

pub(super) fn sudo() -> Result<&'static Path, SandboxError> {
    Software::Sudo.path().map_err(|_| SandboxError::Unsupported {
        what: "this needs root, and there is no sudo on this machine".into(),
        next: match Installation::of(&[Software::Sudo]) {
            Ok(sudo) => format!(
                "run the same command as root; or, as root, `{}`, and allow this user to use it",
                sudo.install_line()
            ),
            Err(_) => "run the same command as root, or install sudo and allow this user to use it".into(),
        },
    })
}

/// Whether sudo runs this program without a password.
pub(super) fn needs_no_password(sudo: &Path, exe: &Path) -> Result<bool, SandboxError> {
    Ok(try_without_password(sudo, exe)?.status.success())
}

/// Runs `sudo -n unitlab --version`: a sudo rule may allow this program only, and `--version` changes nothing.
fn try_without_password(sudo: &Path, exe: &Path) -> Result<Outcome, SandboxError> {
    // sudo may fetch its rules from a server.
    let limits = Limits { time: Duration::from_secs(60), stdout: 64 << 10 };
    run(Command::new(sudo).arg("-n").arg("--").arg(exe).arg("--version"), b"", limits)
        .map_err(SandboxError::system("cannot run sudo"))
}

/// Makes sure that sudo runs this program. On a terminal, sudo can ask for the password.
///
/// Without this check, exec would turn a refusal of sudo into exit code 1, which means that a check failed.
pub(super) fn authenticate(sudo: &Path, exe: &Path) -> Result<(), SandboxError> {
    let fail = || SandboxError::system("cannot run sudo");
    let attempt = try_without_password(sudo, exe)?;
    if attempt.status.success() {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        let stderr = String::from_utf8_lossy(&attempt.stderr);
        let reason = stderr.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("no reason given").trim();
        return Err(SandboxError::Unsupported {
            what: format!("this needs root, and without a terminal sudo refuses ({reason})"),
            next: "run it on a terminal, where sudo can ask for your password, or run it as root".into(),
        });
    }
    let status = Command::new(sudo).arg("--").arg(exe).arg("--version").stdout(Stdio::null()).status();
    if status.map_err(fail())?.success() {
        return Ok(());
    }
    Err(SandboxError::Unsupported {
        what: "this needs root, and sudo refuses".into(),
        next: "run the same command as root, or ask the administrator of this machine to allow you sudo".into(),
    })
}
