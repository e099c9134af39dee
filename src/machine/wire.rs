//! What goes over the line between [`Remote`](super::Remote) and [`examine`](super::examine()): JSON, one object each way.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::{Answer, AnswerSet, PerformedTrial, Question, StabilityQuestion, Trial, TrialAnswer};

use crate::machine::journal::LONGEST_SYNC;
use crate::machine::sockets::retry_young;
use crate::machine::trials::kill;
use crate::machine::units::stability::LONGEST_WINDOW;

/// A batch is as long as a lab has checks.
pub(crate) const MOST_QUESTIONS: usize = 512;
/// Bytes of questions.
pub(crate) const QUESTIONS_LIMIT: usize = 1 << 20;
/// Bytes of answers: some files of the largest readable size, escaped.
pub(crate) const ANSWERS_LIMIT: usize = 16 << 20;

/// There.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    pub(crate) questions: Vec<Question>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) trials: Vec<Trial>,
}

/// And back.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answered {
    pub(crate) answers: Vec<Answer>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) trials: Vec<TrialAnswer>,
}

impl Answered {
    /// On the wire, answers follow the order of the questions.
    pub(crate) fn new(answers: AnswerSet, trials: Vec<PerformedTrial>) -> Self {
        Self {
            answers: answers.entries.into_iter().map(|answered| <(Question, Answer)>::from(answered).1).collect(),
            trials: trials.into_iter().map(|performed| <(Trial, TrialAnswer)>::from(performed).1).collect(),
        }
    }
}

/// How long a machine may take over a batch.
pub(crate) fn patience(questions: &[Question], trials: &[Trial]) -> Duration {
    let watching = questions.iter().map(|question| match question {
        Question::Stability(StabilityQuestion { window_ms, .. }) => {
            2 * Duration::from_millis(*window_ms).min(LONGEST_WINDOW)
        }
        _ => Duration::ZERO,
    });
    let longest = questions.iter().map(|question| match question {
        // The retries that a young service gets, and the last GET.
        Question::Http(_) => 3 + retry_young::YOUTH.as_secs(),
        Question::Account(_) => 5,
        Question::Journal(_) | Question::Failure(_) => 20,
        // Its own time, the retries, and two calls to sweep up.
        Question::Command(_) => 40,
        _ => 0,
    });
    // The journal is waited for once, and again after each question that may have made a program write.
    let probes = questions.iter().filter(|question| matches!(question, Question::Http(_) | Question::Command(_)));
    let syncs = 1 + u32::try_from(probes.count()).unwrap_or(u32::MAX);
    // Enough for a manager that uses up its own deadline, and for the way there.
    Duration::from_secs(30)
        + watching.max().unwrap_or_default()
        + Duration::from_secs(longest.sum())
        + LONGEST_SYNC.saturating_mul(syncs)
        + kill::LONGEST * u32::try_from(trials.len().min(MOST_QUESTIONS)).unwrap_or_default()
}
