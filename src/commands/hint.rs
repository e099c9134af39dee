//! `unitlab hint`: the next hint, each more concrete than the last.

use std::borrow::Cow;
use std::io::{self, Write};

use super::check;
use super::context::Context;
use super::failure::Failure;
use super::inside::{self, Request};
use super::likeness::did_you_mean;
use super::root;
use crate::engine::{self, NextHint};
use crate::sandbox::GateVerb;
use crate::terminal::{Stream, markdown};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  unitlab hint                    for what fails first\n  unitlab hint sre-app enabled    for one check"
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
        // Inside there is one lab, so one word is a check.
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
        let _waiting = context.terminal.spinner("asking the machine, and a freshly booted copy of it");
        bench.grade(lab, true).checks
    };
    let progress = context.progress()?;
    let id = &lab.lab.id;
    let shown = |check: &str| {
        let count = progress.labs.get(id).and_then(|lab| lab.hints.get(check)).copied().unwrap_or(0);
        usize::try_from(count).unwrap_or(usize::MAX)
    };
    let text = match engine::next_hint(&lab.lab, &checks, shown, named) {
        NextHint::Hint { check, number, text } => {
            let (lab_id, check_id) = (id.clone(), check.id.clone());
            let count = u32::try_from(number).unwrap_or(u32::MAX);
            context.remember(move |progress| {
                let seen = progress.lab(&lab_id).hints.entry(check_id).or_default();
                *seen = (*seen).max(count);
            })?;
            format!("**{}**\n\nHint {number} of {}: {text}", check.title, check.hints.len())
        }
        NextHint::Exhausted(check) => {
            let all: Vec<String> =
                check.hints.iter().zip(1..).map(|(hint, number)| format!("{number}. {hint}")).collect();
            let all = all.join("\n");
            let next = format!("There are no more. `unitlab lab solve {id}` shows the whole solution.");
            format!("**{}**\n\nAll hints for it:\n\n{all}\n\n{next}", check.title)
        }
        NextHint::Passed(check) => format!("**{}**\n\nThis holds already.", check.title),
        NextHint::Hintless => HINTLESS.into(),
        NextHint::NothingFails => "Nothing fails. There is nothing to hint at.".into(),
        NextHint::NoSuchCheck => return Err(no_such_check(lab, named.unwrap_or_default())),
    };
    let page = markdown(&text, context.terminal.width(), context.terminal.color(Stream::Stdout));
    io::stdout().write_all(page.as_bytes())?;
    Ok(0)
}

fn no_such_check(lab: &crate::course::LabFolder, named: &str) -> Failure {
    let ids: Vec<&str> = lab.lab.checks.iter().map(|check| check.id.as_str()).collect();
    let meant = did_you_mean(named, ids.iter().copied());
    let what = format!("there is no check {named:?} in {}{meant}", lab.lab.id);
    Failure::usage(what, format!("its checks are: {}", ids.join(", ")))
}
