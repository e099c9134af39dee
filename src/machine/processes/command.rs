//! Runs a program that a lab names, as a transient unit of the machine's manager.
//!
//! The program inherits nothing from us, and the manager stops all of its processes at the deadline.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use crate::model::{CommandFact, RunAs, Unknown};

use crate::machine::files::program_format;
use crate::machine::units::systemctl::Systemctl;
use crate::machine::units::unit_name::UnitName;
use crate::machine::unknown::{last_line, not_installed, unknown, unknown_with_remedy};
use crate::machine::view::View;
use crate::os::child::{ChildError, Limits, run};
use crate::os::{SEARCH_PATH, Software};

/// Longest time from start to exit.
pub(crate) const RUN_TIMEOUT: Duration = Duration::from_secs(10);
/// Time that systemd-run gets to report the end.
const REPORT_TIMEOUT: Duration = Duration::from_secs(5);
/// Bytes of stdout.
const MAX_STDOUT: usize = 256 << 10;

pub(crate) fn run_program(
    view: &View,
    systemctl: &Systemctl,
    argv: &[String],
    run_as: RunAs,
) -> Result<CommandFact, Unknown> {
    let name = argv.first().map(String::as_str).unwrap_or_default();
    let Some(path) = find_program(view, name)? else { return Ok(CommandFact::Missing) };
    let id = view.proc_text("sys/kernel/random/uuid").map_err(|error| unknown(error.to_string()))?;
    let unit = UnitName::parse(&format!("unitlab-command-{}.service", id.trim()))?;
    let mut command = Software::SystemdRun.command().map_err(not_installed)?;
    command
        .args(["--quiet", "--pipe", "--wait", "--no-ask-password", "--service-type=exec"])
        .arg(format!("--unit={}", unit.as_str()))
        .arg(format!("--property=RuntimeMaxSec={}", RUN_TIMEOUT.as_secs()))
        .args(["--property=KillSignal=SIGKILL", "--property=WorkingDirectory=/"])
        .args((run_as == RunAs::Learner).then_some("--property=User=learner"))
        .args(["--", "/usr/bin/env", "-i", "LC_ALL=C", "HOME=/"])
        .arg(format!("PATH={}", program_format::SEARCH_PATH.join(":")))
        .arg(&path)
        // The manager expands variables in arguments.
        .args(argv.iter().skip(1).map(|arg| arg.replace('$', "$$")))
        .env_clear()
        .envs([("PATH", SEARCH_PATH), ("LC_ALL", "C"), ("SYSTEMD_COLORS", "0")]);
    match run(&mut command, b"", Limits { time: RUN_TIMEOUT + REPORT_TIMEOUT, stdout: MAX_STDOUT }) {
        Ok(outcome) if outcome.status.success() => Ok(exited(0, &outcome.stdout, &outcome.stderr)),
        Ok(outcome) => failed_run(systemctl, &unit, &outcome.stdout, &outcome.stderr),
        Err(ChildError::TooMuch(bytes)) => {
            systemctl.remove(&unit);
            Ok(CommandFact::Flooded { bytes: bytes as u64 })
        }
        Err(error) => {
            systemctl.remove(&unit);
            Err(unknown(format!("systemd-run {error}")))
        }
    }
}

fn exited(status: u8, stdout: &[u8], stderr: &[u8]) -> CommandFact {
    CommandFact::Exited { status, stdout: String::from_utf8_lossy(stdout).into_owned(), stderr: last_line(stderr) }
}

/// systemd-run exits with the same codes for its own failures, so the result is read from the unit.
fn failed_run(systemctl: &Systemctl, unit: &UnitName, stdout: &[u8], stderr: &[u8]) -> Result<CommandFact, Unknown> {
    let only = ["Id", "Names", "LoadState", "Result", "ExecMainCode", "ExecMainStatus"];
    let fact =
        systemctl.show_units(std::slice::from_ref(unit), &only).remove(unit).unwrap_or_else(|| Err(unknown("")))?;
    systemctl.remove(unit);
    let status: u32 = fact.get("ExecMainStatus").parse().unwrap_or(0);
    // CLD_EXITED, and CLD_KILLED or CLD_DUMPED of waitid(2).
    match (fact.get("Result"), fact.get("ExecMainCode")) {
        ("timeout", _) => Ok(CommandFact::TimedOut { seconds: RUN_TIMEOUT.as_secs() }),
        ("signal" | "core-dump" | "oom-kill", "2" | "3") => Ok(CommandFact::Killed { signal: status }),
        ("exit-code", "1") if status == 217 => Err(unknown_with_remedy(
            "the account learner does not exist on this machine",
            "check in a sandbox: unitlab lab start",
        )),
        ("exit-code", "1") => Ok(exited(u8::try_from(status).unwrap_or(u8::MAX), stdout, stderr)),
        _ => Err(unknown_with_remedy(
            format!("the program could not be run: systemd-run: {}", last_line(stderr)),
            "ask as root of a machine whose manager answers",
        )),
    }
}

/// The path of a program; `None` if there is no executable file.
///
/// A name without a slash is a tool of the machine: without it the answer is unknown. A path is part of the task.
fn find_program(view: &View, name: &str) -> Result<Option<String>, Unknown> {
    let executable = |path: &str| -> io::Result<bool> {
        let meta = view.metadata(Path::new(path))?;
        Ok(meta.is_file() && meta.permissions().mode() & 0o111 != 0)
    };
    if name.contains('/') {
        return match executable(name) {
            Ok(true) => Ok(Some(name.to_owned())),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                Err(unknown_with_remedy(format!("{name} cannot be examined: {error}"), "ask as root"))
            }
            Ok(false) | Err(_) => Ok(None),
        };
    }
    let found = program_format::SEARCH_PATH
        .iter()
        .map(|directory| format!("{directory}/{name}"))
        .find(|path| executable(path).unwrap_or(false));
    found
        .map(Some)
        .ok_or_else(|| unknown_with_remedy(format!("there is no {name} on this machine"), "install it and check again"))
}

#[cfg(test)]
mod tests {
    use super::{View, find_program};

    fn found(name: &str) -> Result<Option<String>, super::Unknown> {
        find_program(&View::live(), name)
    }

    #[test]
    fn a_missing_tool_is_unknown_and_a_missing_path_is_an_answer() {
        let dir = tempfile::tempdir().unwrap();
        let plain = dir.path().join("plain");
        std::fs::write(&plain, "").unwrap();
        assert!(found("sh").unwrap().is_some_and(|path| path.ends_with("/sh")));
        assert_eq!(found("/bin/sh").unwrap().as_deref(), Some("/bin/sh"));
        assert_eq!(found("/nonexistent/x"), Ok(None));
        assert_eq!(found(plain.to_str().unwrap()), Ok(None));
        assert_eq!(found("/usr"), Ok(None));
        assert!(found("no-such-tool").unwrap_err().reason.contains("there is no no-such-tool"));
    }
}
