//! What a question is about, so that all of a batch can be looked at together.

use crate::model::Question;

/// Answering it takes a walk through the processes.
pub(crate) fn is_about_processes(question: &Question) -> bool {
    matches!(
        question,
        Question::Processes { .. }
            | Question::Http { .. }
            | Question::Listens { .. }
            | Question::Details { .. }
            | Question::Account { .. }
    )
}

/// The unit whose properties it takes to answer.
pub(crate) fn unit_of(question: &Question) -> Option<&str> {
    match question {
        Question::System | Question::Command { .. } => None,
        Question::Unit { unit }
        | Question::Files { unit }
        | Question::Processes { unit }
        | Question::Boot { unit }
        | Question::Stability { unit, .. }
        | Question::Failure { unit }
        | Question::Http { unit, .. }
        | Question::Listens { unit, .. }
        | Question::Details { unit, .. }
        | Question::Account { unit }
        | Question::File { unit, .. }
        | Question::Journal { unit, .. } => Some(unit),
    }
}
