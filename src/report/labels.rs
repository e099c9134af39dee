//! What formats for other programs say of a check, in lines of plain text.

use crate::model::{CheckReport, Layer, Report, Status, escape};

/// `restart-always: It is restarted however it ends`: the id stays when the words are mended.
pub(super) fn name(check: &CheckReport) -> String {
    escape(&format!("{}: {}", check.id, check.title)).into_owned()
}

/// Why a check says neither yes nor no; none when it does.
pub(super) fn ungraded(check: &CheckReport) -> Option<String> {
    let reason = match check.status {
        Status::Passed | Status::Failed => return None,
        Status::Blocked if check.blocked_by.is_empty() => "a check that it needs did not pass".to_owned(),
        Status::Blocked => format!("waits for {}", check.blocked_by.join(", ")),
        Status::Unknown if check.observed.is_empty() => "could not be told".to_owned(),
        Status::Unknown => format!("could not be told: {}", check.observed),
        Status::NotRun if check.observed.is_empty() => "not run".to_owned(),
        Status::NotRun => format!("not run: {}", check.observed),
    };
    Some(escape(&reason).into_owned())
}

/// No check passed and none failed: the report grades nothing.
pub(super) fn grades_nothing(report: &Report) -> bool {
    !report.checks.iter().any(|check| matches!(check.status, Status::Passed | Status::Failed))
}

/// `true`, `false`, or `undecided` while unknowns could still turn it.
pub(super) fn decided(passed: Option<bool>) -> String {
    passed.map_or("undecided".to_owned(), |passed| passed.to_string())
}

pub(super) fn layer(layer: Layer) -> &'static str {
    match layer {
        Layer::File => "file",
        Layer::Loaded => "loaded",
        Layer::Live => "live",
    }
}
