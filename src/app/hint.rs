//! Gives the next hint, and counts it in the progress file.

use std::borrow::Cow;

use super::error::Error;
use super::workspace::Workspace;
use crate::course::{Course, LabDirectory};
use crate::engine::{self, Hints, NextHint};
use crate::model::{CheckReport, Lab, Status};
use crate::ui::Choice;

/// What a learner who asks for a hint gets.
pub(crate) enum GivenHint<'a> {
    /// A hint that was not shown before: its index in the list.
    Hint(Hints<'a>, usize),
    /// All hints of this list were shown before.
    Exhausted(Hints<'a>),
    NothingFails,
    NoHints,
}

/// Finds the lab and the check that are meant. A single word is a lab, or a check of the current lab.
pub(crate) fn hint_target<'c, 'w>(
    workspace: &Workspace,
    course: &'c Course,
    word: &'w str,
    check: Option<&'w str>,
) -> Result<(Cow<'c, LabDirectory>, Option<&'w str>), Error> {
    if check.is_none() && course.lab(word).is_err() {
        return match workspace.lab(course, None) {
            Ok(lab) => Ok((lab, Some(word))),
            Err(_) => Ok((Cow::Borrowed(course.lab(word)?), None)),
        };
    }
    Ok((workspace.lab(course, Some(word))?, check))
}

/// The failed checks of a report, to choose one from.
pub(crate) fn failed_checks(checks: &[CheckReport]) -> Vec<Choice> {
    let failed = checks.iter().filter(|check| check.status == Status::Failed);
    let choice =
        |check: &CheckReport| Choice { name: check.id.clone(), title: check.title.clone(), note: String::new() };
    failed.map(choice).collect()
}

/// Chooses the next hint for the check `named`, or for the first failed one of `checks`, and records that it was shown.
pub(crate) fn give_hint<'a>(
    workspace: &Workspace,
    lab: &'a Lab,
    checks: &'a [CheckReport],
    named: Option<&str>,
) -> Result<GivenHint<'a>, Error> {
    let progress = workspace.progress()?;
    let shown = |key: &str| {
        let count = progress.labs.get(&lab.id).and_then(|lab| lab.hints.get(key)).copied().unwrap_or(0);
        usize::try_from(count).unwrap_or(usize::MAX)
    };
    match engine::next_hint(lab, checks, shown, named) {
        NextHint::Hint(hints, at) => {
            let (id, key) = (lab.id.clone(), hints.key.clone());
            let count = u32::try_from(at + 1).unwrap_or(u32::MAX);
            workspace.update_progress(move |progress| {
                let seen = progress.lab(&id).hints.entry(key).or_default();
                *seen = (*seen).max(count);
            })?;
            Ok(GivenHint::Hint(hints, at))
        }
        NextHint::Exhausted(hints) => Ok(GivenHint::Exhausted(hints)),
        NextHint::NothingFails => Ok(GivenHint::NothingFails),
        NextHint::NoHints => Ok(GivenHint::NoHints),
        NextHint::Unknown(check) => {
            let what = format!("nothing fails, but {} is unknown", check.id);
            let next = check.diagnosis.first().map(|cause| cause.next.clone()).unwrap_or_default();
            Err(Error::failed(what, check.observed.clone(), next))
        }
        NextHint::NoSuchCheck => {
            let named = named.unwrap_or_default();
            let ids: Vec<&str> = lab.checks.iter().map(|check| check.id.as_str()).collect();
            let next = format!("its checks are: {}", ids.join(", "));
            Err(Error::unknown_name(format!("there is no check {named:?} in {}", lab.id), named, ids, next))
        }
    }
}
