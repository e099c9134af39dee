//! Texts about a check that several formats share.

use crate::model::{CheckReport, Layer, Report, Status, escape};

/// The id and the title, such as `restart-always: systemd restarts it however it ended`. Only the id is stable.
pub(super) fn check_name(check: &CheckReport) -> String {
    escape(&format!("{}: {}", check.id, check.title)).into_owned()
}

/// Why a check was not graded; none if it passed or failed.
pub(super) fn ungraded_reason(check: &CheckReport) -> Option<String> {
    let reason = match check.status {
        Status::Passed | Status::Failed => return None,
        Status::Blocked if check.blocked_by.is_empty() => "a check that it needs did not pass".to_owned(),
        Status::Blocked => format!("waits for {}", check.blocked_by.join(", ")),
        Status::Unknown if check.observed.is_empty() => "unknown".to_owned(),
        Status::Unknown => format!("unknown: {}", check.observed),
        Status::NotRun if check.observed.is_empty() => "not run".to_owned(),
        Status::NotRun => format!("not run: {}", check.observed),
    };
    Some(escape(&reason).into_owned())
}

/// Whether no check passed and none failed.
pub(super) fn nothing_was_graded(report: &Report) -> bool {
    !report.checks.iter().any(|check| matches!(check.status, Status::Passed | Status::Failed))
}

/// `true`, `false`, or `undecided` if unknown checks decide.
pub(super) fn passed(passed: Option<bool>) -> String {
    passed.map_or("undecided".to_owned(), |passed| passed.to_string())
}

pub(super) fn layer(layer: Layer) -> &'static str {
    match layer {
        Layer::File => "file",
        Layer::Loaded => "loaded",
        Layer::Live => "live",
    }
}
