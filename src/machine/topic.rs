//! Which unit a question is about, and whether it is about processes.

use crate::model::{
    AccountQuestion, BootQuestion, DetailsQuestion, FailureQuestion, FileQuestion, FilesQuestion, HttpQuestion,
    JournalQuestion, ListensQuestion, ProcessesQuestion, Question, StabilityQuestion, UnitQuestion,
};

/// The answer needs a list of all processes.
pub(crate) fn is_about_processes(question: &Question) -> bool {
    matches!(
        question,
        Question::Processes(_) | Question::Http(_) | Question::Listens(_) | Question::Details(_) | Question::Account(_)
    )
}

/// The unit whose properties the answer needs.
pub(crate) fn unit_of(question: &Question) -> Option<&str> {
    match question {
        Question::System(_) | Question::Command(_) => None,
        Question::Unit(UnitQuestion { unit })
        | Question::Files(FilesQuestion { unit })
        | Question::Processes(ProcessesQuestion { unit })
        | Question::Boot(BootQuestion { unit })
        | Question::Stability(StabilityQuestion { unit, .. })
        | Question::Failure(FailureQuestion { unit })
        | Question::Http(HttpQuestion { unit, .. })
        | Question::Listens(ListensQuestion { unit, .. })
        | Question::Details(DetailsQuestion { unit, .. })
        | Question::Account(AccountQuestion { unit })
        | Question::File(FileQuestion { unit, .. })
        | Question::Journal(JournalQuestion { unit, .. }) => Some(unit),
    }
}
