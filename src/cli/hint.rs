//! `unitlab hint`: the next hint for the first failing check, each more concrete than the one before.

use std::borrow::Cow;

use super::context::Context;
use super::exit_code::ExitCode;
use super::{gate_client, sudo};
use crate::app::{self, Error, GateVerb};
use crate::course::LabDirectory;
use crate::engine::{self, HintText, NextHint};
use crate::ui::escape_markdown;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  unitlab hint                   for the first failing check, and its cause\n  unitlab hint sre-app enabled   for one check, even if it passes"
)]
pub(super) struct Args {
    /// The lab, or a check of the current lab
    pub(super) lab: Option<String>,
    /// The check
    pub(super) check: Option<String>,
}

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
    let (lab, named) = match (args.lab.as_deref(), args.check.as_deref()) {
        (Some(word), None) if course.lab(word).is_err() => match workspace.lab(&course, None) {
            Ok(lab) => (lab, Some(word)),
            Err(_) => (Cow::Borrowed(course.lab(word)?), None),
        },
        (lab, check) => (workspace.lab(&course, lab)?, check),
    };
    let lab = &*lab;
    // For a named check, and without hints, there is nothing to grade.
    let checks = if named.is_some() || !lab.lab.has_hints() {
        Vec::new()
    } else {
        sudo::require_root(context, "entering the sandbox")?;
        let waiting = context.waiting();
        app::grade_for_hint(workspace, lab, &|text| waiting.show(text))?
    };
    let progress = workspace.progress()?;
    let id = &lab.lab.id;
    let shown = |check: &str| {
        let count = progress.labs.get(id).and_then(|lab| lab.hints.get(check)).copied().unwrap_or(0);
        usize::try_from(count).unwrap_or(usize::MAX)
    };
    let text = match engine::next_hint(&lab.lab, &checks, shown, named) {
        NextHint::Hint(hints, at) => {
            let (lab_id, key) = (id.clone(), hints.key.clone());
            let count = u32::try_from(at + 1).unwrap_or(u32::MAX);
            workspace.update_progress(move |progress| {
                let seen = progress.lab(&lab_id).hints.entry(key).or_default();
                *seen = (*seen).max(count);
            })?;
            let (number, of) = (at + 1, hints.texts.len());
            format!("**{}**\n\nHint {number} of {of}: {}", hints.check.title, hint_text(&hints.texts[at]))
        }
        NextHint::Exhausted(hints) => {
            let all: Vec<String> =
                hints.texts.iter().zip(1..).map(|(hint, number)| format!("{number}. {}", hint_text(hint))).collect();
            let check = &hints.check.id;
            let more = if hints.for_cause {
                format!("`unitlab hint {id} {check}` shows what it asks for in general, and")
            } else {
                "There are no more.".into()
            };
            let next = format!("{more} `unitlab lab solve {id}` shows the whole solution.");
            format!("**{}**\n\nAll hints for it:\n\n{}\n\n{next}", hints.check.title, all.join("\n"))
        }
        NextHint::NoHints => HINTLESS.into(),
        NextHint::NothingFails => "Nothing fails. There is no hint.".into(),
        NextHint::Unknown(check) => {
            let what = format!("nothing fails, but {} is unknown", check.id);
            let next = check.diagnosis.first().map(|cause| cause.next.clone()).unwrap_or_default();
            return Err(Error::failed(what, check.observed.clone(), next));
        }
        NextHint::NoSuchCheck => return Err(no_such_check(lab, named.unwrap_or_default())),
    };
    context.print_markdown(&text)?;
    Ok(ExitCode::Success)
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

fn no_such_check(lab: &LabDirectory, named: &str) -> Error {
    let ids: Vec<&str> = lab.lab.checks.iter().map(|check| check.id.as_str()).collect();
    let meant = engine::did_you_mean(named, ids.iter().copied()).map_or_else(String::new, |meant| format!("; {meant}"));
    let what = format!("there is no check {named:?} in {}{meant}", lab.lab.id);
    Error::usage(what, format!("its checks are: {}", ids.join(", ")))
}
