//! Whether a unit's own processes have written a text to the journal.
//!
//! Only messages that journald itself has attributed to the unit's processes count. Messages of the manager about the
//! unit do not: they contain its `Description=`, which could say anything.

use super::entry::Entry;
use super::journalctl::Journal;
use crate::machine::units::run::has_ended;
use crate::model::{JournalFact, Since, UnitFact, Unknown};

/// Older messages are not read.
const MAX_ENTRIES: usize = 5000;
/// Entries without an invocation come from processes that lived for milliseconds, and those write little.
const MAX_WITHOUT_INVOCATION: usize = 200;

/// Looks for a text among the messages of a unit.
pub(crate) fn search(journal: &Journal, unit: &UnitFact, text: &str, since: Since) -> Result<JournalFact, Unknown> {
    let invocation = unit.get("InvocationID");
    let of_unit = format!("_SYSTEMD_UNIT={}", unit.get("Id"));
    let entries = match since {
        Since::Boot => journal.entries(unit, &[&of_unit], MAX_ENTRIES + 1)?,
        // It has not been started since the manager knows it.
        Since::Invocation if invocation.is_empty() => return Ok(JournalFact::default()),
        Since::Invocation => {
            let mut entries =
                journal.entries(unit, &[&format!("_SYSTEMD_INVOCATION_ID={invocation}")], MAX_ENTRIES + 1)?;
            if has_ended(unit) {
                let all = journal.entries(unit, &[&of_unit], MAX_WITHOUT_INVOCATION)?;
                entries
                    .extend(all.into_iter().filter(|entry| entry.invocation.is_none() && entry.is_of_latest_run(unit)));
                entries.sort_by_key(|entry| entry.received);
            }
            entries
        }
    };
    Ok(find(&entries, text, !invocation.is_empty()))
}

fn find(entries: &[Entry], text: &str, started: bool) -> JournalFact {
    let cut = entries.len() > MAX_ENTRIES;
    let read = &entries[entries.len().saturating_sub(MAX_ENTRIES)..];
    let shown = |entry: &Entry| entry.excerpt(text);
    JournalFact {
        started,
        messages: u32::try_from(read.len()).unwrap_or(u32::MAX),
        cut,
        found: read.iter().rev().find(|entry| entry.message.contains(text)).map(shown),
        last: read.last().map(shown),
    }
}

#[cfg(test)]
mod tests {
    use super::{Entry, MAX_ENTRIES, find};

    #[test]
    fn the_latest_match_is_shown_and_a_cut_is_reported() {
        let entry = |message: String| Entry { message, ..Entry::default() };
        let entries = |count: usize| (0..count).map(|n| entry(format!("m{n} x"))).collect::<Vec<_>>();
        let fact = find(&entries(3), "x", true);
        assert_eq!((fact.found.as_deref(), fact.messages, fact.cut), (Some("m2 x"), 3, false));
        let fact = find(&entries(MAX_ENTRIES + 1), "m0 ", true);
        assert_eq!((fact.found, fact.cut), (None, true));
        let long = entry(format!("{}needle", "µ".repeat(5000)));
        assert_eq!(find(&[long], "needle", true).found.as_deref(), Some("needle"));
    }
}
