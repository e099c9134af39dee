//! Chooses the next hint.

use std::borrow::Cow;

use super::cause_hints::hints_for;
use crate::model::{Check, CheckReport, Diagnosis, Lab, Status};

/// The answer to `unitlab hint`.
#[derive(Debug, PartialEq, Eq)]
pub enum NextHint<'a> {
    /// A hint that was not shown yet: its index in `texts`.
    Hint(Hints<'a>, usize),
    /// All hints of this list were shown.
    Exhausted(Hints<'a>),
    /// No check failed.
    NothingFails,
    /// No check failed, but this one is unknown. It is the first such check.
    Unknown(&'a CheckReport),
    /// The lab has no hints.
    NoHints,
    NoSuchCheck,
}

/// The hints for one check, each more concrete than the one before it.
#[derive(Debug, PartialEq, Eq)]
pub struct Hints<'a> {
    pub check: &'a Check,
    /// Under this key the progress file counts the hints that were shown: the check's id, or `check: cause`.
    pub key: String,
    /// The hints are for the cause of the failure, not for the check.
    pub for_cause: bool,
    /// Never empty.
    pub texts: Vec<HintText<'a>>,
}

#[derive(Debug, PartialEq, Eq)]
pub enum HintText<'a> {
    /// Markdown: an author's hint, or one for a cause.
    Markdown(Cow<'a, str>),
    /// The diagnosis of the failure. It quotes untrusted text from the machine.
    Diagnosis(&'a Diagnosis),
}

/// The next hint for the check `named`, or for the first failed check.
///
/// If the failure has a proven cause, the hints are for that cause. A named check is not graded, so its own hints are used.
/// `shown` returns the number of hints that were shown under a key.
#[must_use]
pub fn next_hint<'a>(
    lab: &'a Lab,
    reports: &'a [CheckReport],
    shown: impl Fn(&str) -> usize,
    named: Option<&str>,
) -> NextHint<'a> {
    if !lab.has_hints() && named.is_none_or(|id| lab.check(id).is_some()) {
        return NextHint::NoHints;
    }
    let hints = if let Some(id) = named {
        let Some(check) = lab.check(id) else { return NextHint::NoSuchCheck };
        check_hints(check)
    } else {
        let failed = |check: &&Check| reports.iter().find(|of| of.id == check.id && of.status == Status::Failed);
        let Some((check, report)) = lab.checks.iter().find_map(|check| Some((check, failed(&check)?))) else {
            let unknown = reports.iter().find(|report| report.status == Status::Unknown);
            return unknown.map_or(NextHint::NothingFails, NextHint::Unknown);
        };
        report.diagnosis.first().and_then(|first| cause_hints(check, first)).unwrap_or_else(|| check_hints(check))
    };
    let count = shown(&hints.key);
    if count < hints.texts.len() { NextHint::Hint(hints, count) } else { NextHint::Exhausted(hints) }
}

fn check_hints(check: &Check) -> Hints<'_> {
    let texts = check.hints.iter().map(|hint| HintText::Markdown(hint.into())).collect();
    Hints { check, key: check.id.clone(), for_cause: false, texts }
}

fn cause_hints<'a>(check: &'a Check, diagnosis: &'a Diagnosis) -> Option<Hints<'a>> {
    let [look, change] = hints_for(diagnosis.cause, &check.unit)?;
    let texts =
        vec![HintText::Markdown(look.into()), HintText::Markdown(change.into()), HintText::Diagnosis(diagnosis)];
    Some(Hints { check, key: format!("{}: {}", check.id, diagnosis.cause), for_cause: true, texts })
}

#[cfg(test)]
mod tests {
    use super::{HintText, NextHint, next_hint};
    use crate::engine::testbed::{check, lab, report};
    use crate::model::{Cause, Check, CheckReport, Kind, Status};

    fn text(hint: &NextHint) -> String {
        match hint {
            NextHint::Hint(hints, at) => match &hints.texts[*at] {
                HintText::Markdown(text) => format!("{at} {text}"),
                HintText::Diagnosis(diagnosis) => format!("{at} {} {}", diagnosis.text, diagnosis.next),
            },
            NextHint::Exhausted(hints) => format!("exhausted {}", hints.key),
            NextHint::NothingFails => "nothing fails".into(),
            NextHint::Unknown(report) => format!("unknown {}", report.id),
            NextHint::NoHints => "no hints".into(),
            NextHint::NoSuchCheck => "no such check".into(),
        }
    }

    fn hinting(id: &str) -> Check {
        Check { hints: vec![format!("{id} 1"), format!("{id} 2")], ..check(id, Kind::UnitFile) }
    }

    #[test]
    fn the_first_failure_gets_the_hint_and_not_the_checks_that_it_blocks() {
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
    fn an_unknown_check_does_not_count_as_passed() {
        let lab = lab(vec![hinting("a"), hinting("b"), hinting("c")]);
        let rows = [
            ([Status::Passed, Status::Unknown, Status::Unknown], "unknown b"),
            ([Status::Unknown, Status::Blocked, Status::NotRun], "unknown a"),
            ([Status::Unknown, Status::Failed, Status::Passed], "0 b 1"),
            ([Status::Passed, Status::NotRun, Status::Passed], "nothing fails"),
        ];
        for (statuses, expected) in rows {
            let [a, b, c] = statuses;
            let reports = [report("a", 1, a), report("b", 1, b), report("c", 1, c)];
            assert_eq!(text(&next_hint(&lab, &reports, |_| 0, None)), expected, "{statuses:?}");
        }
    }

    #[test]
    fn a_lab_without_hints_still_knows_its_checks() {
        let lab = lab(vec![check("a", Kind::UnitFile), check("b", Kind::UnitFile)]);
        let reports = [report("a", 1, Status::Passed), report("b", 1, Status::Failed)];
        assert!(!lab.has_hints());
        assert_eq!(next_hint(&lab, &reports, |_| 0, None), NextHint::NoHints);
        assert_eq!(next_hint(&lab, &[], |_| 0, None), NextHint::NoHints);
        assert_eq!(next_hint(&lab, &[], |_| 0, Some("b")), NextHint::NoHints);
        assert_eq!(next_hint(&lab, &[], |_| 0, Some("z")), NextHint::NoSuchCheck);
    }

    #[test]
    fn the_cause_of_the_failure_chooses_the_hints() {
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
        assert_eq!(hint(&root, 0), "0 a 1", "the check's own hints are more concrete");
        assert_eq!(text(&next_hint(&lab, &stale, |_| 0, Some("a"))), "0 a 1");
        // Hints are counted for each cause.
        let shown = |key: &str| if key == "a: needs-daemon-reload" { 3 } else { 0 };
        let other = because(Cause::Masked);
        assert!(text(&next_hint(&lab, &other, shown, None)).starts_with("0 `systemctl status"));
    }
}
