//! Becoming root for the one step that needs it, by the way that the machine's owner has set up.

use std::io::{self, IsTerminal};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::SandboxError;
use crate::os::SelfCommand;
use crate::os::child::{Limits, Outcome, run};

/// This process is root.
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
    if let Err(refusal) = ask(&sudo, ourselves.program()) {
        return refusal;
    }
    SandboxError::system("cannot run sudo")(ourselves.under_sudo(&sudo, &[]).exec())
}

pub(super) fn sudo() -> Result<PathBuf, SandboxError> {
    which::which("sudo").map_err(|_| SandboxError::Unsupported {
        what: "this needs root, and there is no sudo on this machine".into(),
        next: "run the same command as root, or have sudo installed and be allowed to use it".into(),
    })
}

/// Whether sudo lets this program run without asking anybody anything.
pub(super) fn allows_quietly(sudo: &Path, exe: &Path) -> Result<bool, SandboxError> {
    Ok(quiet(sudo, exe)?.status.success())
}

/// The program itself, since a sudo rule may be for it alone; what it does with this word is nothing.
fn quiet(sudo: &Path, exe: &Path) -> Result<Outcome, SandboxError> {
    // sudo may ask a server for its rules.
    let limits = Limits { time: Duration::from_secs(60), stdout: 64 << 10 };
    run(Command::new(sudo).arg("-n").arg("--").arg(exe).arg("--version"), b"", limits)
        .map_err(SandboxError::system("cannot run sudo"))
}

/// Makes sure that sudo lets this program run, and lets it ask for the password where somebody can type it.
///
/// Once sudo has taken this process's place, its refusal would be our exit code, and 1 means that a check failed.
pub(super) fn ask(sudo: &Path, exe: &Path) -> Result<(), SandboxError> {
    let fail = || SandboxError::system("cannot run sudo");
    let quiet = quiet(sudo, exe)?;
    if quiet.status.success() {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        let said = String::from_utf8_lossy(&quiet.stderr);
        let said = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("no reason given").trim();
        return Err(SandboxError::Unsupported {
            what: format!("this needs root, and without a terminal sudo refuses ({said})"),
            next: "run it on a terminal, where sudo can ask for your password, or run it as root".into(),
        });
    }
    let asked = Command::new(sudo).arg("--").arg(exe).arg("--version").stdout(Stdio::null()).status();
    if asked.map_err(fail())?.success() {
        return Ok(());
    }
    Err(SandboxError::Unsupported {
        what: "this needs root, and sudo refuses".into(),
        next: "run the same command as root, or ask whoever runs this machine to let you use sudo".into(),
    })
}
