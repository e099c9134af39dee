//! `unitlab answer`: hands in what a learner has found out.

use std::io::{self, Write};
use std::iter;

use super::context::Context;
use super::inside::{self, Request};
use crate::app::Failure;
use crate::engine;
use crate::model::{AnswerForm, Check, Kind, Lab, escape};
use crate::sandbox::GateVerb;
use crate::ui::{Stream, escape_markdown, markdown, wrap};

const EXAMPLES: &str = "\
Examples:
  unitlab answer                     what the lab asks for, and what was handed in
  unitlab answer pid 4711            hand something in; the last answer counts
  unitlab answer state \"active (exited)\"

`unitlab check` compares it with what the machine says then.";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The check that asks for it
    #[arg(value_name = "ID")]
    check: Option<String>,
    /// The answer
    value: Option<String>,
    /// The lab; the one in hand when left out
    #[arg(long)]
    lab: Option<String>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<u8, Failure> {
    if inside::is_inside() {
        let (check, value) = (args.check.as_deref(), args.value.as_deref());
        let request = Request { verb: GateVerb::Answer, check, value, format: None, no_trials: false };
        return inside::ask(context, &request);
    }
    let course = context.course()?;
    let folder = &*context.lab(&course, args.lab.as_deref())?;
    let lab = &folder.lab;
    let asked: Vec<(&Check, &str, &AnswerForm)> = lab
        .checks
        .iter()
        .filter_map(|check| match &check.kind {
            Kind::Answer(demand) => Some((check, demand.ask.as_str(), &demand.form)),
            _ => None,
        })
        .collect();
    if asked.is_empty() {
        return Err(Failure::usage(
            format!("the lab {} asks for no answer", lab.id),
            "`unitlab lab brief` has its task",
        ));
    }
    let Some(id) = args.check.as_deref() else { return show(context, lab, &asked) };
    let Some((check, _, form)) = asked.iter().find(|(check, ..)| check.id == id) else {
        let ids: Vec<&str> = asked.iter().map(|(check, ..)| check.id.as_str()).collect();
        let meant =
            engine::did_you_mean(id, ids.iter().copied()).map_or_else(String::new, |meant| format!("; {meant}"));
        let what = format!("the lab {} asks for no answer {id:?}{meant}", lab.id);
        return Err(Failure::usage(what, format!("it asks for: {}", ids.join(", "))));
    };
    let Some(value) = args.value.as_deref() else {
        return Err(Failure::usage(format!("the answer to {id} is missing"), format!("unitlab answer {id} ANSWER")));
    };
    if let Err(is) = engine::normal(form, value) {
        let next = format!("hand in {}{}", wanted(form), example(form));
        return Err(Failure::usage(format!("“{}” is {is}", escape(value)), next));
    }
    let (lab_id, check_id, value) = (lab.id.clone(), check.id.clone(), value.trim().to_owned());
    let shown = escape(&value).into_owned();
    context.remember(move |progress| {
        progress.lab(&lab_id).answers.insert(check_id, value);
    })?;
    let said =
        format!("Handed in: {id} is “{}”. `unitlab check` compares it with the machine.", escape_markdown(&shown));
    let page = markdown(&said, context.terminal.width(), context.terminal.color(Stream::Stdout));
    io::stdout().write_all(page.as_bytes())?;
    Ok(0)
}

/// What is asked for, and what was handed in.
fn show(context: &Context, lab: &Lab, asked: &[(&Check, &str, &AnswerForm)]) -> Result<u8, Failure> {
    let handed = context.progress()?.labs.remove(&lab.id).map(|lab| lab.answers).unwrap_or_default();
    let wide = asked.iter().map(|(check, ..)| check.id.len()).max().unwrap_or(0);
    let mut out = io::stdout().lock();
    for (check, ask, form) in asked {
        let given = handed.get(&check.id).map_or("nothing yet".to_owned(), |given| format!("“{}”", escape(given)));
        let text = format!("{ask} ({}): {given}", wanted(form));
        let lines = wrap(&text, context.terminal.width(), wide + 2);
        for (line, id) in lines.iter().zip(iter::once(check.id.as_str()).chain(iter::repeat(""))) {
            writeln!(out, "{id:wide$}  {line}")?;
        }
    }
    drop(out);
    context.point_on(&[("hand one in", "unitlab answer ID ANSWER"), ("compare", "unitlab check")])?;
    Ok(0)
}

fn wanted(form: &AnswerForm) -> String {
    match form {
        AnswerForm::Number => "a number".to_owned(),
        AnswerForm::Unit => "a unit's name".to_owned(),
        AnswerForm::State => "a state, as systemctl writes it".to_owned(),
        AnswerForm::Path => "an absolute path".to_owned(),
        AnswerForm::OneOf(words) => format!("one of {}", words.join(", ")),
    }
}

/// How such an answer looks; never one that a lab asks for.
fn example(form: &AnswerForm) -> &'static str {
    match form {
        AnswerForm::Number => ", such as 1024",
        AnswerForm::Unit => ", such as rescue.service; its type may be left out",
        AnswerForm::State => ", such as reloading",
        AnswerForm::Path => ", such as /etc/fstab",
        AnswerForm::OneOf(_) => "",
    }
}
