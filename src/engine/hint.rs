//! Which hint comes next.

use std::borrow::Cow;

use super::cause_hints::hints_for;
use crate::model::{Check, CheckReport, Diagnosis, Lab, Status};

/// What there is to say to somebody who asks for a hint.
#[derive(Debug, PartialEq, Eq)]
pub enum NextHint<'a> {
    /// One that was not shown yet: its place among the hints, from 0.
    Hint(Hints<'a>, usize),
    /// All of these were shown.
    Exhausted(Hints<'a>),
    /// No check failed.
    NothingFails,
    /// No check failed as far as could be told, and of this one nothing could: the first such.
    CouldNotTell(&'a CheckReport),
    /// The lab has none, for any check.
    Hintless,
    /// The lab has no check of that name.
    NoSuchCheck,
}

/// Hints for one check, each more concrete than the one before it.
#[derive(Debug, PartialEq, Eq)]
pub struct Hints<'a> {
    /// What they are for.
    pub check: &'a Check,
    /// Under which name to remember how many were shown: the check, or the check and the cause.
    pub key: String,
    /// They are for what is wrong now, and the check has others of its own.
    pub of_a_cause: bool,
    /// At least one.
    pub words: Vec<Words<'a>>,
}

/// A hint.
#[derive(Debug, PartialEq, Eq)]
pub enum Words<'a> {
    /// Written by an author, in markdown.
    Written(Cow<'a, str>),
    /// Found on the machine, and as trustworthy as what stands there.
    Found(&'a Diagnosis),
}

/// The next hint for the named check, or else for the first that failed.
///
/// A blocked check is never the first: what blocks it failed, and is the cause. Where the facts prove why it failed, the
/// hints are for that cause; a named check's are its own, since nobody has looked. `shown` says how many hints of a
/// name the learner has seen.
#[must_use]
pub fn next_hint<'a>(
    lab: &'a Lab,
    reports: &'a [CheckReport],
    shown: impl Fn(&str) -> usize,
    named: Option<&str>,
) -> NextHint<'a> {
    if !lab.has_hints() && named.is_none_or(|id| lab.check(id).is_some()) {
        return NextHint::Hintless;
    }
    let hints = if let Some(id) = named {
        let Some(check) = lab.check(id) else { return NextHint::NoSuchCheck };
        own(check)
    } else {
        let failed = |check: &&Check| reports.iter().find(|of| of.id == check.id && of.status == Status::Failed);
        let Some((check, report)) = lab.checks.iter().find_map(|check| Some((check, failed(&check)?))) else {
            let unknown = reports.iter().find(|report| report.status == Status::Unknown);
            return unknown.map_or(NextHint::NothingFails, NextHint::CouldNotTell);
        };
        report.diagnosis.first().and_then(|cause| of_cause(check, cause)).unwrap_or_else(|| own(check))
    };
    let seen = shown(&hints.key);
    if seen < hints.words.len() { NextHint::Hint(hints, seen) } else { NextHint::Exhausted(hints) }
}

fn own(check: &Check) -> Hints<'_> {
    let words = check.hints.iter().map(|hint| Words::Written(hint.into())).collect();
    Hints { check, key: check.id.clone(), of_a_cause: false, words }
}

fn of_cause<'a>(check: &'a Check, cause: &'a Diagnosis) -> Option<Hints<'a>> {
    let [look, change] = hints_for(cause.cause, &check.unit)?;
    let words = vec![Words::Written(look.into()), Words::Written(change.into()), Words::Found(cause)];
    Some(Hints { check, key: format!("{}: {}", check.id, cause.cause), of_a_cause: true, words })
}

#[cfg(test)]
mod tests {
    use super::{NextHint, Words, next_hint};
    use crate::engine::testbed::{check, lab, report};
    use crate::model::{Cause, Check, CheckReport, Kind, Status};

    fn text(hint: &NextHint) -> String {
        match hint {
            NextHint::Hint(hints, at) => match &hints.words[*at] {
                Words::Written(text) => format!("{at} {text}"),
                Words::Found(cause) => format!("{at} {} {}", cause.text, cause.next),
            },
            NextHint::Exhausted(hints) => format!("exhausted {}", hints.key),
            NextHint::NothingFails => "nothing fails".into(),
            NextHint::CouldNotTell(report) => format!("could not tell {}", report.id),
            NextHint::Hintless => "hintless".into(),
            NextHint::NoSuchCheck => "no such check".into(),
        }
    }

    fn hinting(id: &str) -> Check {
        Check { hints: vec![format!("{id} 1"), format!("{id} 2")], ..check(id, Kind::UnitFile) }
    }

    #[test]
    fn the_first_failure_is_hinted_at_not_what_it_blocks() {
        let lab = lab(vec![hinting("a"), hinting("b"), hinting("c")]);
        let reports = [report("a", 1, Status::Passed), report("b", 1, Status::Blocked), report("c", 1, Status::Failed)];
        let text = |shown: usize, named| text(&next_hint(&lab, &reports, |_| shown, named));
        assert_eq!(text(0, None), "0 c 1");
        assert_eq!(text(1, None), "1 c 2");
        assert_eq!(text(2, None), "exhausted c");
        assert_eq!(text(0, Some("b")), "0 b 1");
        assert_eq!(text(0, Some("z")), "no such check");
        assert_eq!(next_hint(&lab, &reports[..2], |_| 0, None), NextHint::NothingFails);
    }

    #[test]
    fn what_could_not_be_told_is_not_in_order() {
        let lab = lab(vec![hinting("a"), hinting("b"), hinting("c")]);
        let rows = [
            ([Status::Passed, Status::Unknown, Status::Unknown], "could not tell b"),
            ([Status::Unknown, Status::Blocked, Status::NotRun], "could not tell a"),
            ([Status::Unknown, Status::Failed, Status::Passed], "0 b 1"),
            ([Status::Passed, Status::NotRun, Status::Passed], "nothing fails"),
        ];
        for (statuses, said) in rows {
            let [a, b, c] = statuses;
            let reports = [report("a", 1, a), report("b", 1, b), report("c", 1, c)];
            assert_eq!(text(&next_hint(&lab, &reports, |_| 0, None)), said, "{statuses:?}");
        }
    }

    #[test]
    fn a_lab_without_hints_says_so_and_still_knows_its_checks() {
        let lab = lab(vec![check("a", Kind::UnitFile), check("b", Kind::UnitFile)]);
        let reports = [report("a", 1, Status::Passed), report("b", 1, Status::Failed)];
        assert!(!lab.has_hints());
        assert_eq!(next_hint(&lab, &reports, |_| 0, None), NextHint::Hintless);
        assert_eq!(next_hint(&lab, &[], |_| 0, None), NextHint::Hintless);
        assert_eq!(next_hint(&lab, &[], |_| 0, Some("b")), NextHint::Hintless);
        assert_eq!(next_hint(&lab, &[], |_| 0, Some("z")), NextHint::NoSuchCheck);
    }

    #[test]
    fn what_is_wrong_now_chooses_the_hints() {
        let lab = lab(vec![hinting("a")]);
        let because = |cause: Cause| {
            [CheckReport {
                diagnosis: vec![cause.because("This.").next_step("do that")],
                ..report("a", 1, Status::Failed)
            }]
        };
        let (stale, root) = (because(Cause::NeedsDaemonReload), because(Cause::RunsAsRoot));
        let hint = |reports, shown: usize| text(&next_hint(&lab, reports, |_| shown, None));
        assert!(hint(&stale, 0).starts_with("0 Compare `systemctl cat"), "{}", hint(&stale, 0));
        assert_eq!(hint(&stale, 2), "2 This. do that");
        assert_eq!(hint(&stale, 3), "exhausted a: needs-daemon-reload");
        assert_eq!(hint(&root, 0), "0 a 1", "the check's own are nearer");
        assert_eq!(text(&next_hint(&lab, &stale, |_| 0, Some("a"))), "0 a 1");
        // Another cause begins with its own first hint.
        let seen = |key: &str| if key == "a: needs-daemon-reload" { 3 } else { 0 };
        let other = because(Cause::Masked);
        assert!(text(&next_hint(&lab, &other, seen, None)).starts_with("0 `systemctl status"));
    }
}
