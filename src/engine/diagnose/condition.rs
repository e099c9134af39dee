//! A `Condition…=` or `Assert…=` that kept systemd from starting the unit.

use super::shell_word::shell_safe;
use crate::engine::unit_files::{SettingLine, UnitFiles};
use crate::engine::unit_view::UnitView;
use crate::model::{Cause, Diagnosis, FailureFact, UnitFact};

/// The manager's message, depending on its version: `… because of an unmet condition check (X=y).` or
/// `…, unmet condition check X=y`.
const UNMET: &str = "unmet condition check ";

/// The messages for alternatives (`ConditionX=|y`) and for assertions name no directive.
const NO_ALTERNATIVE_MET: &str = "trigger condition checks";
const ASSERTION_FAILED: &str = "asserts failed";

/// The condition that stopped the last start of an inactive unit.
///
/// The manager unloads an unused unit at once; then only its messages show the reason. Otherwise the result counts if it has a
/// time stamp: before the first start it is also "no".
pub(super) fn unmet_condition(
    view: &UnitView,
    unit: &UnitFact,
    files: Option<&UnitFiles>,
    failure: Option<&FailureFact>,
) -> Option<Diagnosis> {
    let refused = |kind: &str| {
        let checked = !matches!(unit.get(&format!("{kind}TimestampMonotonic")), "" | "0");
        checked && unit.get(&format!("{kind}Result")) == "no"
    };
    let logged =
        |text: &str| failure.is_some_and(|failure| failure.manager_messages.iter().any(|line| line.contains(text)));
    if unit.get("ActiveState") != "inactive" {
        return None;
    }
    // The message may be older than the files.
    let still_set =
        |kind: &str| files.is_none_or(|files| keys(files, kind).any(|key| !files.in_effect(key).is_empty()));
    if refused("Condition") || (logged(UNMET) || logged(NO_ALTERNATIVE_MET)) && still_set("Condition") {
        return Some(unmet(view, files, failure));
    }
    // A failed assertion fails the start job, and leaves the unit inactive.
    (refused("Assert") || logged(ASSERTION_FAILED) && still_set("Assert")).then(|| {
        let line = files.and_then(|files| only_line(files, "Assert"));
        let which =
            line.map_or_else(|| "An Assert…=".to_owned(), |line| format!("{} at {}", line.text(), line.place()));
        let text = format!("{which} of {} does not hold, so every start fails.", view.unit);
        diagnosis(view, text, line.map(|line| line.value))
    })
}

fn unmet(view: &UnitView, files: Option<&UnitFiles>, failure: Option<&FailureFact>) -> Diagnosis {
    let unit = view.unit;
    let logged =
        failure.and_then(|failure| failure.manager_messages.iter().rev().find_map(|line| logged_condition(line)));
    let line = logged.and_then(|logged| {
        let (key, value) = logged.split_once('=')?;
        files?.in_effect(key).into_iter().find(|line| line.value.trim_start_matches('|') == value)
    });
    // If the manager named none, the line is certain only if there is one condition.
    let line = line.or_else(|| files.filter(|_| logged.is_none()).and_then(|files| only_line(files, "Condition")));
    let which = match (line, logged) {
        (Some(line), _) => format!("{} at {}", line.text(), line.place()),
        (None, Some(logged)) => logged.to_owned(),
        (None, None) => "A Condition…=".to_owned(),
    };
    let value = logged.and_then(|logged| logged.split_once('=')).map(|(_, value)| value);
    let text = format!("{which} of {unit} is not met, so a start reports success and starts nothing.");
    diagnosis(view, text, value.or(line.map(|line| line.value)))
}

fn diagnosis(view: &UnitView, text: String, value: Option<&str>) -> Diagnosis {
    let unit = view.unit;
    let path = value.map(|value| value.trim_start_matches(['|', '!'])).filter(|value| value.starts_with('/'));
    let look = match path.and_then(shell_safe) {
        Some(path) => format!("ls -ld {path}"),
        None => format!("systemctl status {unit}"),
    };
    Cause::ConditionNotMet.because(text).next_step(format!(
        "{look}; make the condition true, or remove the line and run sudo systemctl daemon-reload; then sudo systemctl start {unit}"
    ))
}

/// `ConditionPathExists=/x`, from a message of the manager.
fn logged_condition(line: &str) -> Option<&str> {
    let condition = line.rsplit_once(UNMET)?.1;
    let condition = condition.strip_prefix('(').and_then(|rest| rest.strip_suffix(").")).unwrap_or(condition);
    condition.starts_with("Condition").then_some(condition)
}

/// The keys in the files that begin with `kind`: `ConditionPathExists` and similar, with repetitions.
fn keys<'f>(files: &'f UnitFiles, kind: &'f str) -> impl Iterator<Item = &'f str> {
    files.lines().filter(move |line| line.section == "Unit" && line.key.starts_with(kind)).map(|line| line.key)
}

/// The line of the only condition of its kind; none if there are several.
fn only_line<'f>(files: &'f UnitFiles, kind: &'f str) -> Option<SettingLine<'f>> {
    let mut keys: Vec<&str> = keys(files, kind).collect();
    keys.sort_unstable();
    keys.dedup();
    let [key] = keys[..] else { return None };
    match files.in_effect(key)[..] {
        [line] => Some(line),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::logged_condition;

    #[test]
    fn the_messages_of_all_versions_are_read() {
        for (line, condition) in [
            (
                "a.service was skipped because of an unmet condition check (ConditionPathExists=/no/such).",
                Some("ConditionPathExists=/no/such"),
            ),
            ("a.service skipped, unmet condition check ConditionPathExists=!/etc", Some("ConditionPathExists=!/etc")),
            ("a.service was skipped because no trigger condition checks were met.", None),
            ("a.service: start operation timed out. Terminating.", None),
        ] {
            assert_eq!(logged_condition(line), condition, "{line}");
        }
    }
}
