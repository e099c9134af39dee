//! What every machine can do: answer, and be put to a trial.

use crate::model::{AnswerSet, PerformedTrial, Question, Trial};

/// Something that can be asked, and can be put to a trial.
pub trait Machine {
    /// Answers every question. Asking changes nothing on the machine, apart from what the GET of
    /// [`Question::Http`] and the program of [`Question::Command`] do.
    fn ask(&mut self, questions: &[Question]) -> AnswerSet;

    /// Performs trials one after the other. This changes the machine.
    fn try_out(&mut self, trials: &[Trial]) -> Vec<PerformedTrial>;

    /// Asks first, and then performs trials, in one call where that is quicker.
    fn ask_and_try(&mut self, questions: &[Question], trials: &[Trial]) -> (AnswerSet, Vec<PerformedTrial>) {
        (self.ask(questions), self.try_out(trials))
    }
}
