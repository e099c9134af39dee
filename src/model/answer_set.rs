//! The answers of one machine, and everything observed of one learner's work.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::question::{Answer, AnsweredQuestion, Question};
use super::trial::Trials;
use super::typed_question::TypedQuestion;
use super::unknown::Unknown;

/// Questions with the answers of one machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerSet {
    /// In the order in which they were asked.
    pub entries: Vec<AnsweredQuestion>,
}

impl AnswerSet {
    /// Pairs questions with answers in the same order. A fact that does not fit its question becomes an [`Unknown`].
    #[must_use]
    pub fn new(questions: &[Question], answers: Vec<Answer>) -> Self {
        questions.iter().cloned().zip(answers).map(AnsweredQuestion::from).collect()
    }

    /// The same [`Unknown`] for every question.
    #[must_use]
    pub fn unknown(questions: &[Question], unknown: &Unknown) -> Self {
        questions.iter().map(|question| AnsweredQuestion::new(question.clone(), Err(unknown.clone()))).collect()
    }

    /// The answer to a question; an [`Unknown`] if it was not asked.
    pub fn get<Q>(&self, question: &Q) -> Result<&Q::Fact, Unknown>
    where
        Q: TypedQuestion<Answered = AnsweredQuestion>,
    {
        match self.all::<Q>().find(|(asked, _)| *asked == question) {
            Some((_, answer)) => answer.as_ref().map_err(Clone::clone),
            None => Err(Unknown { reason: "this was not asked".into(), remedy: None }),
        }
    }

    /// All questions of one kind, with their answers.
    pub fn all<Q>(&self) -> impl Iterator<Item = (&Q, &Result<Q::Fact, Unknown>)>
    where
        Q: TypedQuestion<Answered = AnsweredQuestion>,
    {
        self.entries.iter().filter_map(Q::of)
    }
}

impl FromIterator<AnsweredQuestion> for AnswerSet {
    fn from_iter<I: IntoIterator<Item = AnsweredQuestion>>(entries: I) -> Self {
        Self { entries: entries.into_iter().collect() }
    }
}

/// Everything observed of one learner's work.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observations {
    /// The learner's own machine.
    pub live: AnswerSet,
    /// A freshly booted copy of it, whose manager has just read the disk; none where there is no sandbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub twin: Option<AnswerSet>,
    /// Trials on one of the two, performed after all questions.
    #[serde(default)]
    pub trials: Trials,
    /// What the learner has handed in, by check.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, String>,
}
