//! The time that watch windows added to a batch of questions.

use std::time::Duration;

use crate::model::{AnswerSet, StabilityQuestion};

/// The longest watch window of a batch; the windows run side by side.
#[must_use]
pub fn watched(answers: &AnswerSet) -> Duration {
    let windows = answers.all::<StabilityQuestion>().filter_map(|(_, answer)| Some(answer.as_ref().ok()?.watched_ms));
    Duration::from_millis(windows.max().unwrap_or(0))
}
