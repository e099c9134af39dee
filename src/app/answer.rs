//! The answers that a lab asks for: its questions, and submitting an answer.

use super::error::Error;
use super::lab_question::LabQuestion;
use super::workspace::Workspace;
use crate::model::{Kind, Lab};

/// The lab's questions, with the answers so far. Fails if the lab asks for nothing.
pub(crate) fn lab_questions(workspace: &Workspace, lab: &Lab) -> Result<Vec<LabQuestion>, Error> {
    let mut answers = workspace.progress()?.labs.remove(&lab.id).map(|lab| lab.answers).unwrap_or_default();
    let questions = lab.checks.iter().filter_map(|check| match &check.kind {
        Kind::Answer(answer) => Some(LabQuestion {
            id: check.id.clone(),
            ask: answer.ask.clone(),
            form: answer.form.clone(),
            given: answers.remove(&check.id),
        }),
        _ => None,
    });
    let questions: Vec<LabQuestion> = questions.collect();
    if questions.is_empty() {
        return Err(Error::usage(format!("the lab {} asks for no answer", lab.id), "`unitlab lab brief` has its task"));
    }
    Ok(questions)
}

/// Finds the question with this id.
pub(crate) fn find_question<'q>(questions: &'q [LabQuestion], lab: &str, id: &str) -> Result<&'q LabQuestion, Error> {
    questions.iter().find(|question| question.id == id).ok_or_else(|| {
        let ids: Vec<&str> = questions.iter().map(|question| question.id.as_str()).collect();
        let next = format!("it asks for: {}", ids.join(", "));
        Error::unknown_name(format!("the lab {lab} asks for no answer {id:?}"), id, ids, next)
    })
}

/// Records the answer to a question, and returns it as it is recorded. Fails if it has another form.
pub(crate) fn submit_answer(
    workspace: &Workspace,
    lab: &Lab,
    question: &LabQuestion,
    value: &str,
) -> Result<String, Error> {
    if let Some(why) = question.refusal(value) {
        return Err(Error::usage(why, format!("hand in {}{}", question.wanted(), question.example())));
    }
    let (lab, check, value) = (lab.id.clone(), question.id.clone(), value.trim().to_owned());
    let recorded = value.clone();
    workspace.update_progress(move |progress| {
        progress.lab(&lab).answers.insert(check, value);
    })?;
    Ok(recorded)
}
