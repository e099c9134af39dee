//! What the manager has written to the journal about a start that came to nothing, and says nowhere else: a cycle in the
//! order, a condition that is not met, a message or a PID file that it waited for.
//!
//! It puts a unit's `Description=` into some of its messages, so that these explain, and prove nothing alone.

use serde_json::Value;

use crate::model::{UnitFact, Unknown};

use crate::machine::journal::unit_messages::{around, message, read};

/// The latest so many messages are looked through.
const MOST: usize = 200;
/// So many are told.
const TOLD: usize = 16;
/// What is told; all else that the manager says can be asked of it.
const TELLING: [&str; 10] = [
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

/// So many of these are said of a start that goes on; all others of one that was never made.
const OF_A_START: usize = 4;
/// `SD_MESSAGE_UNIT_STARTING` and `SD_MESSAGE_UNIT_STARTED` of sd-messages.h.
const STARTING: &str = "7d4958e842da4a758f6c1cdc7b36dcc5";
const STARTED: &str = "39f53479d3a045ac8e11786248231fbf";

/// The manager's telling messages about a unit since this boot, oldest first.
pub(crate) fn manager_said(unit: &UnitFact) -> Result<Vec<String>, Unknown> {
    let name = unit.get("Id");
    let of_unit = format!("UNIT={name}");
    // Before there is a journal, it writes to the kernel's log, from which journald takes it.
    let filter = ["_PID=1", &of_unit, "+", "_TRANSPORT=kernel", "SYSLOG_IDENTIFIER=systemd"];
    let stdout = read(name, &filter, MOST, "MESSAGE,MESSAGE_ID,_TRANSPORT")?;
    Ok(telling(&String::from_utf8_lossy(&stdout), name))
}

fn telling(stdout: &str, name: &str) -> Vec<String> {
    let entries = stdout.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut told: Vec<String> = Vec::new();
    for entry in entries {
        let Some(text) = message(&entry["MESSAGE"]) else { continue };
        // A later start makes the words about an earlier one moot; of one that goes wrong again and again, they stay.
        match entry["MESSAGE_ID"].as_str() {
            Some(STARTED) => told.clear(),
            Some(STARTING) => told.retain(|text| says(text, &TELLING[..OF_A_START])),
            _ => {}
        }
        // The kernel's log knows no units.
        let about = entry["_TRANSPORT"] != "kernel" || text.contains(name);
        if about && says(&text, &TELLING) {
            told.push(text);
        }
    }
    let kept = &told[told.len().saturating_sub(TOLD)..];
    kept.iter().map(|text| around(text, "")).collect()
}

fn says(text: &str, words: &[&str]) -> bool {
    words.iter().any(|words| text.contains(words))
}

#[cfg(test)]
mod tests {
    use super::{STARTED, STARTING, telling};

    #[test]
    fn what_can_be_asked_otherwise_is_not_told() {
        let entry =
            |transport: &str, text: &str| format!("{{\"MESSAGE\":\"{text}\",\"_TRANSPORT\":\"{transport}\"}}\n");
        let journal = entry("journal", "Starting a.service - The a...")
            + &entry("journal", "a.service: start operation timed out. Terminating.")
            + &entry("journal", "b.service: Found ordering cycle on a.service/start")
            + &entry("kernel", "c.service: Found ordering cycle on d.service/start")
            + &entry(
                "kernel",
                "c.service: Job a.service/start deleted to break ordering cycle starting with c.service/start",
            );
        let told = telling(&journal, "a.service");
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told[0].contains("timed out") && told[2].contains("Job a.service/start deleted"));
    }

    #[test]
    fn a_later_start_makes_words_moot() {
        let entry = |id: &str, text: &str| {
            format!("{{\"MESSAGE\":\"{text}\",\"MESSAGE_ID\":\"{id}\",\"_TRANSPORT\":\"journal\"}}\n")
        };
        let skipped = entry("", "a.service skipped, unmet condition check ConditionPathExists=/x");
        let late = entry("", "a.service: start operation timed out. Terminating.");
        let (starting, started) = (entry(STARTING, "Starting a.service"), entry(STARTED, "Started a.service"));
        for (journal, told) in [
            (skipped.clone() + &late, 2),
            (skipped.clone() + &late + &starting, 1),
            (skipped.clone() + &late + &starting + &started, 0),
            (started + &skipped, 1),
        ] {
            assert_eq!(telling(&journal, "a.service").len(), told, "{journal}");
        }
    }
}
