//! `unitlab answer`: hands in an answer that a lab asks for.

use std::fmt::Write as _;
use std::iter;

use super::context::Context;
use super::exit_code::ExitCode;
use super::gate_client;
use crate::app::{self, Error, GateVerb};
use crate::engine;
use crate::model::{AnswerForm, Check, Kind, Lab, escape};
use crate::ui::{escape_markdown, wrap};

const EXAMPLES: &str = "\
Examples:
  unitlab answer            show what the lab asks for, and your answers
  unitlab answer pid 4711   hand in an answer; the last one counts
  unitlab answer state \"active (exited)\"

`unitlab check` compares your answers with the machine.";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Id of the check that asks for the answer
    #[arg(value_name = "ID")]
    pub(super) check: Option<String>,
    /// The answer
    pub(super) value: Option<String>,
    /// The lab; default: the current lab
    #[arg(long)]
    pub(super) lab: Option<String>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<ExitCode, Error> {
    if app::is_inside() {
        let (check, value) = (args.check.clone(), args.value.clone());
        return gate_client::ask(context, GateVerb::Answer { check, value });
    }
    let workspace = &context.workspace;
    let course = workspace.course()?;
    let directory = &*workspace.lab(&course, args.lab.as_deref())?;
    let lab = &directory.lab;
    let asked: Vec<(&Check, &str, &AnswerForm)> = lab
        .checks
        .iter()
        .filter_map(|check| match &check.kind {
            Kind::Answer(answer) => Some((check, answer.ask.as_str(), &answer.form)),
            _ => None,
        })
        .collect();
    if asked.is_empty() {
        return Err(Error::usage(format!("the lab {} asks for no answer", lab.id), "`unitlab lab brief` has its task"));
    }
    let Some(id) = args.check.as_deref() else { return show(context, lab, &asked) };
    let Some((check, _, form)) = asked.iter().find(|(check, ..)| check.id == id) else {
        let ids: Vec<&str> = asked.iter().map(|(check, ..)| check.id.as_str()).collect();
        let what = format!("the lab {} asks for no answer {id:?}", lab.id);
        let next = format!("it asks for: {}", ids.join(", "));
        return Err(Error::unknown_name(what, id, ids, next));
    };
    let Some(value) = args.value.as_deref() else {
        return Err(Error::usage(format!("the answer to {id} is missing"), format!("unitlab answer {id} ANSWER")));
    };
    if let Err(is) = engine::normal(form, value) {
        let next = format!("hand in {}{}", wanted(form), example(form));
        return Err(Error::usage(format!("“{}” is {is}", escape(value)), next));
    }
    let (lab_id, check_id, value) = (lab.id.clone(), check.id.clone(), value.trim().to_owned());
    let shown = escape(&value).into_owned();
    workspace.update_progress(move |progress| {
        progress.lab(&lab_id).answers.insert(check_id, value);
    })?;
    let shown = escape_markdown(&shown);
    context.print_markdown(&format!("Handed in: {id} is “{shown}”. `unitlab check` compares it with the machine."))?;
    Ok(ExitCode::Success)
}

/// Prints what the lab asks for, and the answers so far.
fn show(context: &Context, lab: &Lab, asked: &[(&Check, &str, &AnswerForm)]) -> Result<ExitCode, Error> {
    let answers = context.workspace.progress()?.labs.remove(&lab.id).map(|lab| lab.answers).unwrap_or_default();
    let wide = asked.iter().map(|(check, ..)| check.id.len()).max().unwrap_or(0);
    let mut shown = String::new();
    for (check, ask, form) in asked {
        let given = answers.get(&check.id).map_or("nothing yet".to_owned(), |given| format!("“{}”", escape(given)));
        let text = format!("{ask} ({}): {given}", wanted(form));
        let lines = wrap(&text, context.terminal.width(), wide + 2);
        for (line, id) in lines.iter().zip(iter::once(check.id.as_str()).chain(iter::repeat(""))) {
            let _ = writeln!(shown, "{id:wide$}  {line}");
        }
    }
    context.print(&shown)?;
    context.print_next_commands(&[("hand one in", "unitlab answer ID ANSWER"), ("compare", "unitlab check")])?;
    Ok(ExitCode::Success)
}

fn wanted(form: &AnswerForm) -> String {
    match form {
        AnswerForm::Number => "a number".to_owned(),
        AnswerForm::Unit => "a unit's name".to_owned(),
        AnswerForm::State => "a state, as systemctl writes it".to_owned(),
        AnswerForm::Path => "an absolute path".to_owned(),
        AnswerForm::OneOf(values) => format!("one of {}", values.join(", ")),
    }
}

/// An example of the form. It must not be the right answer of a lab.
fn example(form: &AnswerForm) -> &'static str {
    match form {
        AnswerForm::Number => ", such as 1024",
        AnswerForm::Unit => ", such as rescue.service; its type may be left out",
        AnswerForm::State => ", such as reloading",
        AnswerForm::Path => ", such as /etc/fstab",
        AnswerForm::OneOf(_) => "",
    }
}
