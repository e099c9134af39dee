//! Reads entries of the current boot with journalctl(1), after journald has written what was sent to it.

use std::cell::Cell;
use std::process::Command;
use std::time::{Duration, Instant};

use super::entry::{Entry, parse};
use crate::machine::units::run::has_ended;
use crate::machine::units::stability::now_micros;
use crate::machine::unknown::{last_line, not_installed, unknown, unknown_with_remedy};
use crate::model::{UnitFact, Unknown};
use crate::os::child::{ChildError, Limits, Outcome, run};
use crate::os::{MissingSoftware, SEARCH_PATH, Software};

const READ: Limits = Limits { time: Duration::from_secs(10), stdout: 16 << 20 };
/// journald answers in milliseconds; a stopped one never does.
const SYNC: Limits = Limits { time: Duration::from_secs(5), stdout: 64 << 10 };
/// Longest wait for the manager's own entry, where `--sync` is not permitted.
const WAIT: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(50);
/// An entry about a state change older than this has been written.
const RECENT: Duration = Duration::from_secs(5);
/// Longest time that one batch may wait for journald.
pub(crate) const LONGEST_SYNC: Duration = Duration::from_secs(SYNC.time.as_secs() + WAIT.as_secs());

/// `SD_MESSAGE_UNIT_SUCCESS` and `SD_MESSAGE_UNIT_FAILURE_RESULT` of sd-messages.h: the last entry about a run.
const RUN_ENDED: [&str; 2] = ["7ad2d189f7e94e70a38c781354912448", "d9b373ed55a64feb8242e02dbe79a49c"];

const FIELDS: &str = "--output-fields=MESSAGE,MESSAGE_ID,_SYSTEMD_INVOCATION_ID,_TRANSPORT";

/// The journal, as one batch of questions reads it.
///
/// A program's output reaches journald after the program has exited, and on a busy machine much later. The first read
/// therefore asks journald to write everything that it has received.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    written: Cell<Written>,
}

#[derive(Debug, Default, Clone, Copy)]
enum Written {
    #[default]
    NotAsked,
    /// journald has written everything, or does not answer.
    Yes,
    /// journald cannot be asked. Entries may be waited for until then.
    NotPermitted { wait_until: Instant },
}

impl Journal {
    /// Call this after doing something that makes programs write: the next read waits for journald again.
    pub(crate) fn invalidate(&self) {
        self.written.set(Written::NotAsked);
    }

    /// The latest `lines` entries that match, oldest first; a `+` in `matches` separates alternatives. `unit` is the one
    /// that they are about, as the manager showed it.
    pub(super) fn entries(&self, unit: &UnitFact, matches: &[&str], lines: usize) -> Result<Vec<Entry>, Unknown> {
        self.wait_until_written(unit);
        read(unit.get("Id"), matches, lines)
    }

    fn wait_until_written(&self, unit: &UnitFact) {
        if let Written::NotAsked = self.written.get() {
            let synced = journalctl(&["--sync"]).map(|mut sync| run(&mut sync, b"", SYNC));
            self.written.set(match synced.unwrap_or_else(|missing| Err(ChildError::Io(missing.into()))) {
                Ok(Outcome { status, .. }) if status.success() => Written::Yes,
                Err(ChildError::Deadline(_)) => Written::Yes,
                _ => Written::NotPermitted { wait_until: Instant::now() + WAIT },
            });
        }
        let Written::NotPermitted { wait_until } = self.written.get() else { return };
        if !ended_recently(unit, now_micros()) {
            return;
        }
        let name = format!("UNIT={}", unit.get("Id"));
        let invocation = format!("INVOCATION_ID={}", unit.get("InvocationID"));
        let is_missing = || {
            let entries = read(unit.get("Id"), &["_PID=1", &name, &invocation], 10);
            // A journal that cannot be read is not waited for.
            entries.is_ok_and(|entries| !entries.iter().any(|entry| RUN_ENDED.contains(&&*entry.message_id)))
        };
        while is_missing() && Instant::now() < wait_until {
            // A reader without privileges is not notified of a single unit's entries.
            std::thread::sleep(PAUSE);
        }
    }
}

/// The unit's latest run has ended, and so recently that its entries may not be written yet.
fn ended_recently(unit: &UnitFact, now_micros: u64) -> bool {
    let changed: u64 = unit.get("StateChangeTimestampMonotonic").parse().unwrap_or(0);
    let recent = Duration::from_micros(now_micros.saturating_sub(changed)) < RECENT;
    recent && has_ended(unit) && !unit.get("InvocationID").is_empty()
}

fn read(name: &str, matches: &[&str], lines: usize) -> Result<Vec<Entry>, Unknown> {
    let lines = format!("--lines={lines}");
    let mut command = journalctl(&["--boot", "--output=json", "--all", FIELDS, &lines]).map_err(not_installed)?;
    command.args(matches);
    let outcome = match run(&mut command, b"", READ) {
        Ok(outcome) => outcome,
        Err(error @ ChildError::TooMuch(_)) => {
            return Err(unknown(format!("the journal of {name} is too long to be read: journalctl {error}")));
        }
        Err(error) => return Err(unknown(format!("journalctl {error}"))),
    };
    let stderr = String::from_utf8_lossy(&outcome.stderr);
    // journalctl exits with 0 where it may not see everything, and prints one of these.
    let hints = ["not seeing messages from other users", "No journal files", "insufficient permissions"];
    if let Some(hint) = stderr.lines().find(|line| hints.iter().any(|words| line.contains(words))) {
        return Err(unknown_with_remedy(
            format!("the journal cannot be read: {}", hint.trim().trim_start_matches("Hint: ")),
            "ask as root, and check that systemd-journald runs: systemctl status systemd-journald",
        ));
    }
    if !outcome.status.success() {
        return Err(unknown(format!("journalctl failed: {}", last_line(&outcome.stderr))));
    }
    Ok(parse(&String::from_utf8_lossy(&outcome.stdout)))
}

fn journalctl(options: &[&str]) -> Result<Command, MissingSoftware> {
    let mut command = Software::Journalctl.command()?;
    command.arg("--no-pager").args(options).env_clear();
    command.envs([("PATH", SEARCH_PATH), ("LC_ALL", "C"), ("SYSTEMD_COLORS", "0")]);
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::{UnitFact, ended_recently};

    #[test]
    fn only_a_run_that_ended_moments_ago_is_waited_for() {
        for (active, sub, changed, expected) in [
            ("failed", "failed", "9000000", true),
            ("activating", "auto-restart", "9000000", true),
            ("failed", "failed", "1000000", false),
            ("active", "running", "9000000", false),
        ] {
            let properties = [
                ("InvocationID", "a"),
                ("ActiveState", active),
                ("SubState", sub),
                ("StateChangeTimestampMonotonic", changed),
            ];
            let unit = UnitFact { properties: properties.map(|(key, value)| (key.into(), value.into())).into() };
            assert_eq!(ended_recently(&unit, 10_000_000), expected, "{active} {sub} {changed}");
        }
    }
}
