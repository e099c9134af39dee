//! What every machine can do: answer.

use crate::model::{Answer, Question};

/// The single gate to the world.
pub trait Machine {
    /// Answers a batch: as many answers as questions, in their order. Asking changes nothing on the machine, apart
    /// from what a GET of [`Question::Http`] sets off and what a [`Question::Command`] does.
    fn ask(&mut self, questions: &[Question]) -> Vec<Answer>;
}
