//! How long a machine was made to wait by what it was asked.

use std::time::Duration;

use crate::model::{AnswerSet, Fact};

/// The time in which a machine only watched its units: the windows of one batch run side by side.
#[must_use]
pub fn watched(sheet: &AnswerSet) -> Duration {
    let windows = sheet.entries.iter().filter_map(|(_, answer)| match answer {
        Ok(Fact::Stability(stability)) => Some(stability.watched_ms),
        _ => None,
    });
    Duration::from_millis(windows.max().unwrap_or(0))
}
