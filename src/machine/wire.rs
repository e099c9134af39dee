//! The protocol between [`Remote`](super::Remote) and [`examine`](super::examine()): one message each way, as a frame.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::{Answer, AnswerSet, PerformedTrial, Question, StabilityQuestion, Trial, TrialAnswer};

use crate::machine::journal::LONGEST_SYNC;
use crate::machine::sockets::retry_young;
use crate::machine::trials::kill;
use crate::machine::units::stability::{LONGEST_WINDOW, START_PATIENCE};

/// The longest batch.
pub(crate) const MAX_QUESTIONS: usize = 512;
/// Bytes of questions.
pub(crate) const QUESTIONS_LIMIT: usize = 1 << 20;
/// Bytes of answers: some files of the largest readable size, escaped.
pub(crate) const ANSWERS_LIMIT: usize = 16 << 20;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    pub(crate) questions: Vec<Question>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) trials: Vec<Trial>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Response {
    pub(crate) answers: Vec<Answer>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) trials: Vec<TrialAnswer>,
}

impl Response {
    /// On the wire, answers follow the order of the questions.
    pub(crate) fn new(answers: AnswerSet, trials: Vec<PerformedTrial>) -> Self {
        Self {
            answers: answers.entries.into_iter().map(|answered| <(Question, Answer)>::from(answered).1).collect(),
            trials: trials.into_iter().map(|performed| <(Trial, TrialAnswer)>::from(performed).1).collect(),
        }
    }
}

/// The deadline of a batch.
pub(crate) fn deadline(questions: &[Question], trials: &[Trial]) -> Duration {
    let watching = questions.iter().map(|question| match question {
        Question::Stability(StabilityQuestion { window_ms, .. }) => {
            2 * Duration::from_millis(*window_ms).min(LONGEST_WINDOW) + START_PATIENCE
        }
        _ => Duration::ZERO,
    });
    let longest = questions.iter().map(|question| match question {
        // The retries for a young service, and the last GET.
        Question::Http(_) => 3 + retry_young::YOUNG.as_secs(),
        Question::Account(_) => 5,
        Question::Journal(_) | Question::Failure(_) => 20,
        // The program's own limit, the retries, and two calls to remove its unit.
        Question::Command(_) => 40,
        _ => 0,
    });
    // The journal is synchronized once, and again after each question that makes programs write.
    let probes = questions.iter().filter(|question| matches!(question, Question::Http(_) | Question::Command(_)));
    let syncs = 1 + u32::try_from(probes.count()).unwrap_or(u32::MAX);
    // 30 s are enough to enter the machine and for a manager that uses up its own deadline.
    Duration::from_secs(30)
        + watching.max().unwrap_or_default()
        + Duration::from_secs(longest.sum())
        + LONGEST_SYNC.saturating_mul(syncs)
        + kill::LONGEST_TRIAL * u32::try_from(trials.len().min(MAX_QUESTIONS)).unwrap_or_default()
}
