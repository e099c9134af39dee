//! Which lab a command is about if its name was left out.

use super::curriculum::Curriculum;
use super::error::Error;
use super::running_labs::running_labs;
use super::workspace::Workspace;
use crate::course::{Course, LabDirectory};
use crate::model::Kind;
use crate::ui::Choice;

/// What a command does with a lab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LabPurpose {
    /// It works with any lab.
    Any,
    /// It submits an answer, so the lab must ask for one.
    Answer,
    /// It needs the running sandbox of the lab.
    Sandbox,
    /// Like `Sandbox`, and it asks which one if several are running.
    OneSandbox,
}

/// The answer to the question which lab is meant.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum LabChoice {
    /// The id of the lab.
    Known(String),
    /// The user has to choose one of these; the index is the default.
    Ask(Vec<Choice>, usize),
}

/// Decides which lab is meant if none was named: the current lab, or the only one that is possible.
///
/// `command` is what the user typed, for the refusal if `can_ask` is false.
pub(crate) fn lab_choice(
    workspace: &Workspace,
    course: &Course,
    purpose: LabPurpose,
    can_ask: bool,
    command: &str,
) -> Result<LabChoice, Error> {
    let progress = workspace.progress()?;
    let current = progress.current_lab.as_deref().filter(|id| course.lab(id).is_ok());
    if let (Some(current), true) = (current, purpose != LabPurpose::OneSandbox) {
        return Ok(LabChoice::Known(current.to_owned()));
    }
    let running: Vec<String> = running_labs(workspace).into_iter().map(|running| running.lab).collect();
    let fits = |lab: &&LabDirectory| purpose != LabPurpose::Answer || asks(lab);
    let labs: Vec<&str> = course.labs().iter().filter(fits).map(|directory| directory.lab.id.as_str()).collect();
    let known = |id: &&str| course.lab(id).is_ok();
    let situation = Situation { labs, current, running: running.iter().map(String::as_str).filter(known).collect() };
    match situation.decide(purpose, can_ask) {
        Decision::Known(id) => Ok(LabChoice::Known(id.to_owned())),
        Decision::Ask(ids) => {
            let curriculum = Curriculum::of(course, &progress);
            let next = curriculum.next_lab();
            let default = [situation.current, next].into_iter().flatten().find_map(|id| position(&ids, id));
            let choices = ids.iter().filter_map(|id| {
                let title = course.lab(id).ok()?.lab.title.clone();
                let passed = progress.labs.get(*id).is_some_and(|lab| lab.passed_at.is_some());
                let note = match (running.iter().any(|other| other == id), passed) {
                    (true, _) => "running",
                    (false, true) => "passed",
                    (false, false) => "",
                };
                Some(Choice { name: (*id).to_owned(), title, note: note.to_owned() })
            });
            Ok(LabChoice::Ask(choices.collect(), default.unwrap_or(0)))
        }
        Decision::Refuse(ids) if ids.is_empty() => {
            let next = format!("name one: `{command} LAB`; `unitlab list` shows them");
            Err(Error::usage("there is no current lab", next))
        }
        Decision::Refuse(ids) => {
            let what = format!("there is no current lab, and several sandboxes are running: {}", ids.join(", "));
            Err(Error::usage(what, format!("name one: `{command} LAB`")))
        }
    }
}

fn asks(directory: &LabDirectory) -> bool {
    directory.lab.checks.iter().any(|check| matches!(check.kind, Kind::Answer(_)))
}

fn position(ids: &[&str], id: &str) -> Option<usize> {
    ids.iter().position(|other| *other == id)
}

/// What is known about the labs of a course.
struct Situation<'a> {
    /// The labs that fit the command.
    labs: Vec<&'a str>,
    current: Option<&'a str>,
    running: Vec<&'a str>,
}

#[derive(Debug, PartialEq, Eq)]
enum Decision<'a> {
    Known(&'a str),
    Ask(Vec<&'a str>),
    /// With the labs that are running, if there are several to choose from.
    Refuse(Vec<&'a str>),
}

impl<'a> Situation<'a> {
    fn decide(&self, purpose: LabPurpose, can_ask: bool) -> Decision<'a> {
        let needs_sandbox = matches!(purpose, LabPurpose::Sandbox | LabPurpose::OneSandbox);
        let others = self.running.iter().any(|id| Some(*id) != self.current);
        if let Some(current) = self.current
            && !(purpose == LabPurpose::OneSandbox && can_ask && others)
        {
            return Decision::Known(current);
        }
        match (self.labs.as_slice(), self.running.as_slice()) {
            (_, [only]) if needs_sandbox && self.current.is_none() => Decision::Known(only),
            (_, running) if needs_sandbox && !running.is_empty() => {
                if can_ask {
                    Decision::Ask(running.to_vec())
                } else {
                    Decision::Refuse(running.to_vec())
                }
            }
            ([only], _) => Decision::Known(only),
            (labs, _) if can_ask && !labs.is_empty() => Decision::Ask(labs.to_vec()),
            _ => Decision::Refuse(Vec::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Decision, LabPurpose, Situation};

    #[test]
    fn the_current_lab_is_meant_and_without_one_the_user_is_asked() {
        use Decision::{Ask, Known, Refuse};
        use LabPurpose::{Any, OneSandbox, Sandbox};
        let all = || vec!["a", "b", "c"];
        for (purpose, current, running, asked, refused) in [
            (Any, None, vec![], Ask(all()), Refuse(vec![])),
            (Any, Some("b"), vec!["a", "c"], Known("b"), Known("b")),
            (Any, None, vec!["a"], Ask(all()), Refuse(vec![])),
            (Sandbox, None, vec![], Ask(all()), Refuse(vec![])),
            (Sandbox, None, vec!["a"], Known("a"), Known("a")),
            (Sandbox, None, vec!["a", "c"], Ask(vec!["a", "c"]), Refuse(vec!["a", "c"])),
            (Sandbox, Some("b"), vec!["a", "b"], Known("b"), Known("b")),
            (OneSandbox, Some("b"), vec!["b"], Known("b"), Known("b")),
            (OneSandbox, Some("b"), vec![], Known("b"), Known("b")),
            (OneSandbox, Some("b"), vec!["a", "b"], Ask(vec!["a", "b"]), Known("b")),
            (OneSandbox, Some("b"), vec!["a"], Ask(vec!["a"]), Known("b")),
            (OneSandbox, None, vec!["a"], Known("a"), Known("a")),
            (OneSandbox, None, vec!["a", "c"], Ask(vec!["a", "c"]), Refuse(vec!["a", "c"])),
        ] {
            let situation = Situation { labs: all(), current, running };
            assert_eq!(situation.decide(purpose, true), asked, "{purpose:?} {current:?} {:?}", situation.running);
            assert_eq!(situation.decide(purpose, false), refused, "{purpose:?} {current:?} {:?}", situation.running);
        }
        let one = Situation { labs: vec!["a"], current: None, running: Vec::new() };
        assert_eq!(one.decide(Any, false), Known("a"));
        let none = Situation { labs: Vec::new(), current: None, running: Vec::new() };
        assert_eq!(none.decide(Any, true), Refuse(Vec::new()));
    }
}
