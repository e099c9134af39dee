//! The trait of every machine: it answers questions and performs trials.

use crate::model::{AnswerSet, PerformedTrial, Question, Trial};

/// A machine that can be asked and changed; the only way to look at one.
pub trait Machine {
    /// Answers every question. Asking changes nothing on the machine, apart from what the GET of
    /// [`Question::Http`] and the program of [`Question::Command`] do.
    fn ask(&mut self, questions: &[Question]) -> AnswerSet;

    /// Performs trials one after the other. This changes the machine.
    fn perform(&mut self, trials: &[Trial]) -> Vec<PerformedTrial>;

    /// Asks first, and then performs trials, in one call where that is quicker.
    fn ask_and_perform(&mut self, questions: &[Question], trials: &[Trial]) -> (AnswerSet, Vec<PerformedTrial>) {
        (self.ask(questions), self.perform(trials))
    }
}
