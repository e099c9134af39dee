//! `unitlab answer`: hands in an answer that a lab asks for.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};
use std::iter;

use super::choose_lab::LabArgument;
use super::completions;
use super::context::Context;
use super::exit_code::ExitCode;
use super::gate_client;
use crate::app::{self, Error, GateReply, GateVerb, LabPurpose, LabQuestion, NameKind};
use crate::model::{AnswerForm, Lab, escape};
use crate::ui::{Choice, escape_markdown, wrap};

const EXAMPLES: &str = "\
Examples:
  unitlab answer            choose what to answer, and type it
  unitlab answer pid 4711   hand in an answer; the last one counts
  unitlab answer state \"active (exited)\"
  unitlab answer | cat      show what the lab asks for, and your answers

`unitlab check` compares your answers with the machine.";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Id of the check that asks for the answer
    #[arg(value_name = "ID", add = completions::names(NameKind::Answer))]
    pub(super) check: Option<String>,
    /// The answer
    pub(super) value: Option<String>,
    /// The lab; default: the current lab
    #[arg(long, add = completions::names(NameKind::Lab))]
    pub(super) lab: Option<String>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<ExitCode, Error> {
    if app::is_inside() {
        return run_inside(context, args);
    }
    let course = context.workspace.course()?;
    let argument = LabArgument {
        named: args.lab.as_deref(),
        command: "unitlab answer --lab",
        purpose: LabPurpose::Answer,
        root: None,
    };
    let Some(directory) = argument.find(context, &course)? else { return nothing(context) };
    let lab = &directory.lab;
    let questions = app::lab_questions(&context.workspace, lab)?;
    match (args.check.as_deref(), args.value.as_deref()) {
        (Some(id), Some(value)) => submit(context, lab, app::find_question(&questions, &lab.id, id)?, value),
        (id, _) if can_ask(context, id) => match ask(context, &lab.id, &questions, id)? {
            Some((question, value)) => submit(context, lab, question, &value),
            None => nothing(context),
        },
        (None, _) => show(context, &questions),
        (Some(id), None) => {
            let id = &app::find_question(&questions, &lab.id, id)?.id;
            Err(Error::usage(format!("the answer to {id} is missing"), format!("unitlab answer {id} ANSWER")))
        }
    }
}

/// Without an id and with standard output in a pipe, the list of answers is wanted.
fn can_ask(context: &Context, id: Option<&str>) -> bool {
    context.terminal.is_interactive() && (id.is_some() || io::stdout().is_terminal())
}

/// Inside a sandbox: asks here for what is left out, and hands the answer in on the host.
fn run_inside(context: &Context, args: &Args) -> Result<ExitCode, Error> {
    let (mut check, mut value) = (args.check.clone(), args.value.clone());
    if value.is_none() && can_ask(context, check.as_deref()) {
        let questions = match gate_client::questions(context)? {
            Ok(questions) => questions,
            Err(code) => return Ok(code),
        };
        match ask(context, "of this sandbox", &questions, check.as_deref())? {
            Some((question, typed)) => (check, value) = (Some(question.id.clone()), Some(typed)),
            None => return nothing(context),
        }
    }
    gate_client::ask(context, GateVerb::Answer { check, value })
}

/// On the host: sends into the sandbox what its lab asks for.
pub(super) fn send_questions(context: &Context, lab: &str) -> Result<ExitCode, Error> {
    let course = context.workspace.course()?;
    let lab = context.workspace.lab(&course, Some(lab))?;
    let questions = app::lab_questions(&context.workspace, &lab.lab)?;
    context.streams().reply(&GateReply::Questions(questions))?;
    Ok(ExitCode::Success)
}

/// Lets the user choose a question, unless `named` is its id, and type the answer. `None` if they leave it out.
fn ask<'q>(
    context: &Context,
    lab: &str,
    questions: &'q [LabQuestion],
    named: Option<&str>,
) -> Result<Option<(&'q LabQuestion, String)>, Error> {
    let terminal = &context.terminal;
    let question = if let Some(id) = named {
        app::find_question(questions, lab, id)?
    } else {
        let choice = |question: &LabQuestion| Choice {
            name: question.id.clone(),
            title: question.ask.clone(),
            note: question.given.as_ref().map_or(String::new(), |given| format!("“{given}”")),
        };
        let choices: Vec<Choice> = questions.iter().map(choice).collect();
        let open = questions.iter().position(|question| question.given.is_none());
        let Some(chosen) = terminal.choose("Which answer?", &choices, open.unwrap_or(0))? else { return Ok(None) };
        &questions[chosen]
    };
    let wanted = question.wanted();
    let text = format!("{} ({wanted}{}). An empty answer leaves it out.", question.ask, question.example());
    for line in wrap(&escape(&text), terminal.width(), 0) {
        context.streams().print_error(&format!("{line}\n"));
    }
    // The reason against a word that is none of several names them already.
    let names_words = matches!(question.form, AnswerForm::OneOf(_));
    let refuse = |value: &str| {
        let why = question.refusal(value)?;
        Some(if names_words { why } else { format!("{why}; type {wanted}") })
    };
    let value = terminal.type_text(&format!("{}:", question.id), refuse)?;
    Ok(value.map(|value| (question, value)))
}

fn submit(context: &Context, lab: &Lab, question: &LabQuestion, value: &str) -> Result<ExitCode, Error> {
    let recorded = app::submit_answer(&context.workspace, lab, question, value)?;
    let (id, shown) = (&question.id, escape_markdown(&escape(&recorded)));
    context.print_markdown(&format!("Handed in: {id} is “{shown}”. `unitlab check` compares it with the machine."))?;
    Ok(ExitCode::Success)
}

fn nothing(context: &Context) -> Result<ExitCode, Error> {
    context.print("Nothing was handed in.\n")?;
    Ok(ExitCode::Success)
}

/// Prints what the lab asks for, and the answers so far.
fn show(context: &Context, questions: &[LabQuestion]) -> Result<ExitCode, Error> {
    let wide = questions.iter().map(|question| question.id.len()).max().unwrap_or(0);
    let mut shown = String::new();
    for question in questions {
        let given = question.given.as_ref().map_or("nothing yet".to_owned(), |given| format!("“{}”", escape(given)));
        let text = format!("{} ({}): {given}", question.ask, question.wanted());
        let lines = wrap(&text, context.terminal.width(), wide + 2);
        for (line, id) in lines.iter().zip(iter::once(question.id.as_str()).chain(iter::repeat(""))) {
            let _ = writeln!(shown, "{id:wide$}  {line}");
        }
    }
    context.print(&shown)?;
    context.print_next_commands(&[("hand one in", "unitlab answer ID ANSWER"), ("compare", "unitlab check")])?;
    Ok(ExitCode::Success)
}
