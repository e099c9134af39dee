//! `unitlab hint`: the next hint for the first failing check, each more concrete than the one before.

use super::choose_lab::LabArgument;
use super::completions;
use super::context::Context;
use super::exit_code::ExitCode;
use super::{gate_client, sudo};
use crate::app::{self, Error, GateVerb, GivenHint, LabPurpose, NameKind};
use crate::engine::HintText;
use crate::ui::escape_markdown;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  unitlab hint                   for a failing check, and its cause\n  unitlab hint enabled           for one check of the current lab\n  unitlab hint sre-app enabled   for one check, even if it passes"
)]
pub(super) struct Args {
    /// The lab, or a check of the current lab
    #[arg(add = completions::names_of_two(NameKind::Lab, NameKind::Check))]
    pub(super) lab: Option<String>,
    /// The check
    #[arg(add = completions::names(NameKind::Check))]
    pub(super) check: Option<String>,
}

/// Without arguments, the hint is for the current lab.
const CURRENT_LAB: LabArgument<'static> = LabArgument {
    named: None,
    command: "unitlab hint",
    purpose: LabPurpose::Sandbox,
    root: Some("entering the sandbox"),
};

const HINTLESS: &str = "**This lab has no hints.**\n\n\
    `unitlab check` shows for each failing check what was expected, what was observed and with which command, and the \
    cause where the facts prove one. Begin with the first failure, and check again after each change.\n\n\
    The chapters are open all the time: `unitlab learn`.";

pub(super) fn run(context: &Context, args: &Args) -> Result<ExitCode, Error> {
    if app::is_inside() {
        // Inside there is only one lab, so a single argument is a check or the lab's name.
        let check = args.check.clone().or(args.lab.clone());
        return gate_client::ask(context, GateVerb::Hint { check });
    }
    let workspace = &context.workspace;
    let course = workspace.course()?;
    let (lab, check) = if let Some(word) = &args.lab {
        app::hint_target(workspace, &course, word, args.check.as_deref())?
    } else if let Some(lab) = CURRENT_LAB.find(context, &course)? {
        (lab, None)
    } else {
        return Ok(ExitCode::Success);
    };
    let lab = &*lab;
    // For a named check, and without hints, there is nothing to grade.
    let mut checks = if check.is_some() || !lab.lab.has_hints() {
        Vec::new()
    } else {
        sudo::require_root(context, "entering the sandbox")?;
        let waiting = context.waiting();
        app::grade_for_hint(workspace, lab, &|text| waiting.show(text))?
    };
    let failed = app::failed_checks(&checks);
    if failed.len() > 1 && context.terminal.is_interactive() {
        // Without a choice, the hint is for the first failed check.
        if let Some(chosen) = context.terminal.choose("A hint for which check?", &failed, 0)? {
            checks.retain(|check| check.id == failed[chosen].name);
        }
    }
    let hint = app::give_hint(workspace, &lab.lab, &checks, check)?;
    context.print_markdown(&markdown(&lab.lab.id, &hint))?;
    Ok(ExitCode::Success)
}

fn markdown(lab: &str, hint: &GivenHint) -> String {
    match hint {
        GivenHint::Hint(hints, at) => {
            let (number, of) = (at + 1, hints.texts.len());
            format!("**{}**\n\nHint {number} of {of}: {}", hints.check.title, hint_text(&hints.texts[*at]))
        }
        GivenHint::Exhausted(hints) => {
            let all: Vec<String> =
                hints.texts.iter().zip(1..).map(|(hint, number)| format!("{number}. {}", hint_text(hint))).collect();
            let check = &hints.check.id;
            let more = if hints.for_cause {
                format!("`unitlab hint {lab} {check}` shows what it asks for in general, and")
            } else {
                "There are no more.".into()
            };
            let next = format!("{more} `unitlab lab solve {lab}` shows the whole solution.");
            format!("**{}**\n\nAll hints for it:\n\n{}\n\n{next}", hints.check.title, all.join("\n"))
        }
        GivenHint::NoHints => HINTLESS.into(),
        GivenHint::NothingFails => "Nothing fails. There is no hint.".into(),
    }
}

/// A hint as markdown.
fn hint_text(hint: &HintText) -> String {
    match hint {
        HintText::Markdown(text) => text.clone().into_owned(),
        HintText::Diagnosis(diagnosis) => {
            format!("{} Next: {}", escape_markdown(&diagnosis.text), escape_markdown(&diagnosis.next))
        }
    }
}
