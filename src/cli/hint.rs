//! `unitlab hint`: the next hint for what is wrong now, each more concrete than the last.

use std::borrow::Cow;
use std::io::{self, Write};

use super::check;
use super::context::Context;
use super::inside::{self, Request};
use super::root;
use crate::app::Failure;
use crate::engine::{self, NextHint, Words};
use crate::model::Status;
use crate::sandbox::GateVerb;
use crate::ui::{Stream, escape_markdown, markdown};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  unitlab hint                    for what fails first, and why it does\n  unitlab hint sre-app enabled    for one check, whatever its state"
)]
pub(super) struct Args {
    /// The lab, or a check of the lab in hand
    lab: Option<String>,
    /// The check
    check: Option<String>,
}

/// What helps where there are no hints.
const HINTLESS: &str = "**This lab has no hints.**\n\n\
    `unitlab check` tells, for each check that fails, what was expected, what was seen and by which command, and the \
    cause where the facts prove one. Begin with the first failure, and check again after each change.\n\n\
    The chapters are open all the time: `unitlab learn`.";

pub(super) fn run(context: &Context, args: &Args) -> Result<u8, Failure> {
    if inside::is_inside() {
        // Inside there is one lab, so one word is a check, or that lab's name.
        let check = args.check.as_deref().or(args.lab.as_deref());
        let request = Request { verb: GateVerb::Hint, check, value: None, format: None, no_trials: false };
        return inside::ask(context, &request);
    }
    let course = context.course()?;
    let (lab, named) = match (args.lab.as_deref(), args.check.as_deref()) {
        (Some(word), None) if course.lab(word).is_err() => match context.lab(&course, None) {
            Ok(lab) => (lab, Some(word)),
            Err(_) => (Cow::Borrowed(course.lab(word)?), None),
        },
        (lab, check) => (context.lab(&course, lab)?, check),
    };
    let lab = &*lab;
    // Where there is no hint to choose, nothing has to be graded for it.
    let checks = if named.is_some() || !lab.lab.has_hints() {
        Vec::new()
    } else {
        root::required(context, "entering the sandbox")?;
        let mut bench = check::find(context, lab)?;
        bench.hand_in(check::answers(context, lab)?);
        let waiting = context.terminal.spinner("asking the machine");
        let at_a_glance = bench.grade(lab, false).checks;
        if at_a_glance.iter().any(|check| check.status == Status::Failed) {
            at_a_glance
        } else {
            waiting.set_message("asking the machine, and a freshly booted copy of it");
            bench.grade(lab, true).checks
        }
    };
    let progress = context.progress()?;
    let id = &lab.lab.id;
    let shown = |check: &str| {
        let count = progress.labs.get(id).and_then(|lab| lab.hints.get(check)).copied().unwrap_or(0);
        usize::try_from(count).unwrap_or(usize::MAX)
    };
    let text = match engine::next_hint(&lab.lab, &checks, shown, named) {
        NextHint::Hint(hints, at) => {
            let (lab_id, key) = (id.clone(), hints.key.clone());
            let count = u32::try_from(at + 1).unwrap_or(u32::MAX);
            context.remember(move |progress| {
                let seen = progress.lab(&lab_id).hints.entry(key).or_default();
                *seen = (*seen).max(count);
            })?;
            let (number, of) = (at + 1, hints.words.len());
            format!("**{}**\n\nHint {number} of {of}: {}", hints.check.title, said(&hints.words[at]))
        }
        NextHint::Exhausted(hints) => {
            let all: Vec<String> =
                hints.words.iter().zip(1..).map(|(words, number)| format!("{number}. {}", said(words))).collect();
            let check = &hints.check.id;
            let more = if hints.of_a_cause {
                format!("`unitlab hint {id} {check}` shows what it asks for in general, and")
            } else {
                "There are no more.".into()
            };
            let next = format!("{more} `unitlab lab solve {id}` shows the whole solution.");
            format!("**{}**\n\nAll hints for it:\n\n{}\n\n{next}", hints.check.title, all.join("\n"))
        }
        NextHint::Hintless => HINTLESS.into(),
        NextHint::NothingFails => "Nothing fails. There is nothing to hint at.".into(),
        NextHint::CouldNotTell(check) => {
            let what = format!("nothing is seen to fail, but {} could not be told", check.id);
            let next = check.diagnosis.first().map(|cause| cause.next.clone()).unwrap_or_default();
            return Err(Failure::could_not(what, check.observed.clone(), next));
        }
        NextHint::NoSuchCheck => return Err(no_such_check(lab, named.unwrap_or_default())),
    };
    let page = markdown(&text, context.terminal.width(), context.terminal.color(Stream::Stdout));
    io::stdout().write_all(page.as_bytes())?;
    Ok(0)
}

/// A hint as markdown.
fn said(words: &Words) -> String {
    match words {
        Words::Written(text) => text.clone().into_owned(),
        Words::Found(cause) => format!("{} Next: {}", escape_markdown(&cause.text), escape_markdown(&cause.next)),
    }
}

fn no_such_check(lab: &crate::course::LabFolder, named: &str) -> Failure {
    let ids: Vec<&str> = lab.lab.checks.iter().map(|check| check.id.as_str()).collect();
    let meant = engine::did_you_mean(named, ids.iter().copied()).map_or_else(String::new, |meant| format!("; {meant}"));
    let what = format!("there is no check {named:?} in {}{meant}", lab.lab.id);
    Failure::usage(what, format!("its checks are: {}", ids.join(", ")))
}
