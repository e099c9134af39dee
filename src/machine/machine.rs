//! What every machine can do: answer, and be put to a trial.

use crate::model::{Answer, Question, Trial};

/// The single gate to the world.
pub trait Machine {
    /// Answers a batch: as many answers as questions, in their order. Asking changes nothing on the machine, apart
    /// from what a GET of [`Question::Http`] sets off and what a [`Question::Command`] does.
    fn ask(&mut self, questions: &[Question]) -> Vec<Answer>;

    /// Performs trials one after the other: as many answers as trials, in their order. This changes the machine.
    fn try_out(&mut self, trials: &[Trial]) -> Vec<Answer>;

    /// Asks first, and then performs trials, in one go where that is quicker.
    fn ask_and_try(&mut self, questions: &[Question], trials: &[Trial]) -> (Vec<Answer>, Vec<Answer>) {
        (self.ask(questions), self.try_out(trials))
    }
}
