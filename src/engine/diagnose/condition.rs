//! A `Condition…=` or `Assert…=` that kept a unit from being started: which one, as far as the manager has said it or the
//! files leave no doubt.

use super::paste::shell_safe;
use crate::engine::layers::{Layers, Written};
use crate::engine::unit_view::UnitView;
use crate::model::{Cause, Diagnosis, FailureFact, UnitFact};

/// What the manager says of it, by version: `… because of an unmet condition check (X=y).`, `…, unmet condition check X=y`.
const UNMET: &str = "unmet condition check ";

/// It says so where any of several would do, too, and of assertions.
const NONE_MET: &str = "trigger condition checks";
const NOT_HELD: &str = "asserts failed";

/// What the latest start of the unit was refused for. A unit that nothing holds is forgotten at once, and then only the
/// manager's words tell; else the time stamp does: the result is "no" also before the first try.
pub(super) fn unmet(
    seen: &UnitView,
    unit: &UnitFact,
    layers: Option<&Layers>,
    failure: Option<&FailureFact>,
) -> Option<Diagnosis> {
    let refused = |what: &str| {
        let tried = !matches!(unit.get(&format!("{what}TimestampMonotonic")), "" | "0");
        tried && unit.get(&format!("{what}Result")) == "no"
    };
    let says = |words: &str| failure.is_some_and(|failure| failure.manager.iter().any(|line| line.contains(words)));
    if unit.get("ActiveState") != "inactive" {
        return None;
    }
    // The words may be older than the files.
    let still = |what: &str| layers.is_none_or(|layers| keys(layers, what).any(|key| !layers.standing(key).is_empty()));
    if refused("Condition") || (says(UNMET) || says(NONE_MET)) && still("Condition") {
        return Some(condition(seen, layers, failure));
    }
    // A start that an Assert…= refuses fails, and its unit stays inactive.
    (refused("Assert") || says(NOT_HELD) && still("Assert")).then(|| {
        let only = layers.and_then(|layers| only(layers, "Assert"));
        let which = only.map_or_else(|| "An Assert…=".to_owned(), |it| format!("{} at {}", it.text(), it.place()));
        not_met(
            seen,
            format!("{which} of {} does not hold, so every start of it fails.", seen.unit),
            only.map(|found| found.value),
        )
    })
}

fn condition(seen: &UnitView, layers: Option<&Layers>, failure: Option<&FailureFact>) -> Diagnosis {
    let unit = seen.unit;
    let said = failure.and_then(|failure| failure.manager.iter().rev().find_map(|line| told(line)));
    let written = said.and_then(|said| {
        let (key, value) = said.split_once('=')?;
        layers?.standing(key).into_iter().find(|written| written.value.trim_start_matches('|') == value)
    });
    // The manager names the one of several that did not hold; else it has to be the only one.
    let written = written.or_else(|| layers.filter(|_| said.is_none()).and_then(|layers| only(layers, "Condition")));
    let which = match (written, said) {
        (Some(written), _) => format!("{} at {}", written.text(), written.place()),
        (None, Some(said)) => said.to_owned(),
        (None, None) => "A Condition…=".to_owned(),
    };
    let path = said.and_then(|said| said.split_once('=')).map(|(_, value)| value);
    not_met(
        seen,
        format!("{which} of {unit} is not met, so start does nothing, and reports success."),
        path.or(written.map(|found| found.value)),
    )
}

fn not_met(seen: &UnitView, what: String, value: Option<&str>) -> Diagnosis {
    let unit = seen.unit;
    let path = value.map(|value| value.trim_start_matches(['|', '!'])).filter(|value| value.starts_with('/'));
    let next = match path.and_then(shell_safe) {
        Some(path) => format!(
            "ls -ld {path}; meet it, or remove the line and sudo systemctl daemon-reload; then sudo systemctl start {unit}"
        ),
        None => format!(
            "systemctl status {unit}; meet it, or remove the line and sudo systemctl daemon-reload; then sudo systemctl start {unit}"
        ),
    };
    Cause::ConditionNotMet.because(what).next_step(next)
}

/// `ConditionPathExists=/x`, of what the manager said.
fn told(line: &str) -> Option<&str> {
    let said = line.rsplit_once(UNMET)?.1;
    let said = said.strip_prefix('(').and_then(|said| said.strip_suffix(").")).unwrap_or(said);
    said.starts_with("Condition").then_some(said)
}

/// `ConditionPathExists` and its like, as often as they stand in the files.
fn keys<'l>(layers: &'l Layers, what: &'l str) -> impl Iterator<Item = &'l str> {
    layers.all().filter(move |found| found.section == "Unit" && found.key.starts_with(what)).map(|found| found.key)
}

/// The only line of its kind.
fn only<'l>(layers: &'l Layers, what: &'l str) -> Option<Written<'l>> {
    let mut keys: Vec<&str> = keys(layers, what).collect();
    keys.sort_unstable();
    keys.dedup();
    let [key] = keys[..] else { return None };
    match layers.standing(key)[..] {
        [written] => Some(written),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn each_version_names_it_in_its_words() {
        for (line, which) in [
            (
                "a.service was skipped because of an unmet condition check (ConditionPathExists=/no/such).",
                Some("ConditionPathExists=/no/such"),
            ),
            ("a.service skipped, unmet condition check ConditionPathExists=!/etc", Some("ConditionPathExists=!/etc")),
            ("a.service was skipped because no trigger condition checks were met.", None),
            ("a.service: start operation timed out. Terminating.", None),
        ] {
            assert_eq!(told(line), which, "{line}");
        }
    }
}
