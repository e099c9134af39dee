//! What the manager has written about a start that failed, where no property of the unit says it: an ordering cycle, an
//! unmet condition, a readiness message or a PID file that never came.
//!
//! Some of these messages contain the unit's `Description=`, so they explain a verdict and never decide one.

use super::entry::Entry;
use super::journalctl::Journal;
use crate::model::{UnitFact, Unknown};

/// Older messages are not read.
const MAX_ENTRIES: usize = 200;
/// More messages are not kept.
const MAX_MESSAGES: usize = 16;
/// Parts of the messages that are kept. The first `ABOUT_A_START` are about a start that goes on, the others about one
/// that was never made.
const KEPT: [&str; 10] = [
    ": start operation timed out",
    "reception only permitted for",
    "PID file",
    "New main PID",
    "unmet condition check",
    "trigger condition checks",
    "Starting requested but asserts failed",
    "ordering cycle",
    "Found dependency on",
    "Unable to break cycle",
];
const ABOUT_A_START: usize = 4;
/// `SD_MESSAGE_UNIT_STARTING` and `SD_MESSAGE_UNIT_STARTED` of sd-messages.h.
const STARTING: &str = "7d4958e842da4a758f6c1cdc7b36dcc5";
const STARTED: &str = "39f53479d3a045ac8e11786248231fbf";

/// The manager's messages about failed starts of a unit since this boot, oldest first.
pub(crate) fn manager_messages(journal: &Journal, unit: &UnitFact) -> Result<Vec<String>, Unknown> {
    let name = unit.get("Id");
    let of_unit = format!("UNIT={name}");
    // Early in the boot the manager writes to the kernel log, from which journald copies it.
    let matches = ["_PID=1", &of_unit, "+", "_TRANSPORT=kernel", "SYSLOG_IDENTIFIER=systemd"];
    Ok(about_failed_starts(&journal.entries(unit, &matches, MAX_ENTRIES)?, name))
}

fn about_failed_starts(entries: &[Entry], name: &str) -> Vec<String> {
    let mut kept: Vec<&Entry> = Vec::new();
    for entry in entries {
        // A later start outdates what was written about an earlier one, unless that start fails again and again.
        match entry.message_id.as_str() {
            STARTED => kept.clear(),
            STARTING => kept.retain(|earlier| contains_any(&earlier.message, &KEPT[..ABOUT_A_START])),
            _ => {}
        }
        // Entries of the kernel log have no unit.
        let about_unit = !entry.from_kernel || entry.message.contains(name);
        if about_unit && contains_any(&entry.message, &KEPT) {
            kept.push(entry);
        }
    }
    kept[kept.len().saturating_sub(MAX_MESSAGES)..].iter().map(|entry| entry.excerpt("")).collect()
}

fn contains_any(text: &str, parts: &[&str]) -> bool {
    parts.iter().any(|part| text.contains(part))
}

#[cfg(test)]
mod tests {
    use super::{Entry, STARTED, STARTING, about_failed_starts};

    #[test]
    fn only_messages_about_failed_starts_of_the_unit_are_kept() {
        let entry = |message: &str, from_kernel| Entry { message: message.to_owned(), from_kernel, ..Entry::default() };
        let journal = [
            entry("Starting a.service - The a...", false),
            entry("a.service: start operation timed out. Terminating.", false),
            entry("b.service: Found ordering cycle on a.service/start", false),
            entry("c.service: Found ordering cycle on d.service/start", true),
            entry("c.service: Job a.service/start deleted to break ordering cycle starting with c.service/start", true),
        ];
        let kept = about_failed_starts(&journal, "a.service");
        assert_eq!(kept.len(), 3, "{kept:?}");
        assert!(kept[0].contains("timed out") && kept[2].contains("Job a.service/start deleted"));
    }

    #[test]
    fn a_later_start_outdates_messages() {
        let entry = |id: &str, message: &str| Entry {
            message: message.to_owned(),
            message_id: id.to_owned(),
            ..Entry::default()
        };
        let skipped = entry("", "a.service skipped, unmet condition check ConditionPathExists=/x");
        let late = entry("", "a.service: start operation timed out. Terminating.");
        let (starting, started) = (entry(STARTING, "Starting a.service"), entry(STARTED, "Started a.service"));
        for (journal, kept) in [
            (vec![skipped.clone(), late.clone()], 2),
            (vec![skipped.clone(), late.clone(), starting.clone()], 1),
            (vec![skipped.clone(), late, starting, started.clone()], 0),
            (vec![started, skipped], 1),
        ] {
            assert_eq!(about_failed_starts(&journal, "a.service").len(), kept, "{journal:?}");
        }
    }
}
