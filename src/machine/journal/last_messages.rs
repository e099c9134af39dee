//! The last messages that a unit's own processes have written before the unit failed.

use super::entry::Entry;
use super::journalctl::Journal;
use crate::machine::units::run::{has_ended, was_restarted};
use crate::model::{UnitFact, Unknown};

/// More messages of one run are not kept.
const MAX_MESSAGES: usize = 20;
/// Entries read: several short runs.
const MAX_ENTRIES: usize = 8 * MAX_MESSAGES;

/// The last messages of the unit's latest run, oldest first. A restarted unit whose latest run has not ended, or has
/// written nothing, also has those of the run before it, which failed.
pub(crate) fn last_messages(journal: &Journal, unit: &UnitFact) -> Result<Vec<String>, Unknown> {
    let entries = journal.entries(unit, &[&format!("_SYSTEMD_UNIT={}", unit.get("Id"))], MAX_ENTRIES)?;
    Ok(of_latest_runs(&entries, unit))
}

fn of_latest_runs(entries: &[Entry], unit: &UnitFact) -> Vec<String> {
    let latest: Vec<&Entry> = entries.iter().filter(|entry| entry.is_of_latest_run(unit)).collect();
    let mut kept = Vec::new();
    if was_restarted(unit) && (latest.is_empty() || !has_ended(unit)) {
        let before: Vec<&Entry> = entries.iter().take_while(|entry| !entry.is_of_latest_run(unit)).collect();
        kept.extend(tail(&last_run(&before)));
    }
    kept.extend(tail(&latest));
    kept.iter().map(|entry| entry.excerpt("")).collect()
}

/// The entries of the last run among these.
fn last_run<'a>(entries: &[&'a Entry]) -> Vec<&'a Entry> {
    let Some(invocation) = entries.iter().rev().find_map(|entry| entry.invocation.as_ref()) else {
        return entries.to_vec();
    };
    let start = entries.iter().position(|entry| entry.invocation.as_ref() == Some(invocation));
    entries[start.unwrap_or(0)..].to_vec()
}

fn tail<'a>(entries: &[&'a Entry]) -> Vec<&'a Entry> {
    entries[entries.len().saturating_sub(MAX_MESSAGES)..].to_vec()
}

#[cfg(test)]
mod tests {
    use super::{Entry, MAX_MESSAGES, UnitFact, of_latest_runs};

    fn entry(message: &str, received: u64, invocation: &str) -> Entry {
        let invocation = Some(invocation.to_owned()).filter(|invocation| !invocation.is_empty());
        Entry { message: message.into(), received, invocation, ..Entry::default() }
    }

    /// A unit whose latest run is `b`, and started at 500.
    fn unit(state: &str, restarts: &str, left_inactive: &str) -> UnitFact {
        let (active, sub) = state.split_once('/').unwrap();
        let properties = [
            ("InvocationID", "b"),
            ("ActiveState", active),
            ("SubState", sub),
            ("NRestarts", restarts),
            ("InactiveExitTimestampMonotonic", left_inactive),
            ("ConditionTimestampMonotonic", "500"),
        ];
        UnitFact { properties: properties.map(|(key, value)| (key.to_owned(), value.to_owned())).into() }
    }

    #[test]
    fn a_run_that_ended_is_what_counts() {
        let older = [entry("old", 100, "a"), entry("old, too", 200, "")];
        let newer = [entry("new", 600, "b"), entry("new, too", 700, "")];
        let both = [older.clone(), newer.clone()].concat();
        let nameless = [entry("gone too soon", 400, "")];
        let failed = |restarts| unit("failed/failed", restarts, "500");
        for (what, entries, unit, expected) in [
            ("the first run", &both[..], failed("0"), vec!["new", "new, too"]),
            ("a first run without a message", &older, failed("0"), vec![]),
            ("a later run without a message", &older, failed("3"), vec!["old", "old, too"]),
            ("earlier runs without a name", &nameless, failed("3"), vec!["gone too soon"]),
            ("an earlier start", &nameless, failed("0"), vec![]),
            ("a later run", &both, failed("3"), vec!["new", "new, too"]),
            ("waiting for a restart", &both, unit("activating/auto-restart", "0", "900"), vec!["new", "new, too"]),
        ] {
            assert_eq!(of_latest_runs(entries, &unit), expected, "{what}");
        }
    }

    #[test]
    fn a_new_run_does_not_hide_the_messages_of_the_failed_run() {
        let entries = [entry("starting", 100, "a"), entry("failing", 200, "a"), entry("starting again", 600, "b")];
        let running = |restarts| unit("active/running", restarts, "500");
        assert_eq!(of_latest_runs(&entries, &running("1")), ["starting", "failing", "starting again"]);
        assert_eq!(of_latest_runs(&entries[..2], &running("1")), ["starting", "failing"]);
        assert_eq!(of_latest_runs(&entries, &running("0")), ["starting again"]);
        let newest = [&entries[..], &[entry("the next run", 900, "c")]].concat();
        assert_eq!(of_latest_runs(&newest, &running("1")), ["starting", "failing", "starting again"]);
    }

    #[test]
    fn a_run_that_writes_much_is_cut() {
        let many: Vec<Entry> = (0..30).map(|n| entry(&format!("m{n}"), 600, "b")).collect();
        let kept = of_latest_runs(&many, &unit("failed/failed", "0", "500"));
        assert_eq!((kept.len(), kept[0].as_str()), (MAX_MESSAGES, "m10"));
    }
}
