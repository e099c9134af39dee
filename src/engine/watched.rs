//! How long a machine was made to wait by what it was asked.

use std::time::Duration;

use crate::model::{Fact, Sheet};

/// The time in which a machine only watched its units: the windows of one batch run side by side.
#[must_use]
pub fn watched(sheet: &Sheet) -> Duration {
    let windows = sheet.entries.iter().filter_map(|(_, answer)| match answer {
        Ok(Fact::Steady(steady)) => Some(steady.watched_ms),
        _ => None,
    });
    Duration::from_millis(windows.max().unwrap_or(0))
}
