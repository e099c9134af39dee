//! Which hint comes next.

use crate::model::{Check, CheckReport, Lab, Status};

/// What there is to say to somebody who asks for a hint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextHint<'a> {
    /// The next one.
    Hint {
        /// The check that it is for.
        check: &'a Check,
        /// Its number among the check's hints, from 1.
        number: usize,
        /// The hint itself.
        text: &'a str,
    },
    /// All hints of this check were shown.
    Exhausted(&'a Check),
    /// The named check passed: there is nothing to hint at.
    Passed(&'a Check),
    /// No check failed.
    NothingFails,
    /// The lab has none, for any check.
    Hintless,
    /// The lab has no check of that name.
    NoSuchCheck,
}

/// The next hint for the named check, or else for the first that failed.
///
/// A blocked check is never the first: what blocks it failed, and is the cause. `shown` says how many hints of a check
/// the learner has seen.
#[must_use]
pub fn next_hint<'a>(
    lab: &'a Lab,
    reports: &[CheckReport],
    shown: impl Fn(&str) -> usize,
    named: Option<&str>,
) -> NextHint<'a> {
    if !lab.has_hints() && named.is_none_or(|id| lab.check(id).is_some()) {
        return NextHint::Hintless;
    }
    let status = |id: &str| reports.iter().find(|report| report.id == id).map(|report| report.status);
    let check = match named {
        Some(id) => match lab.check(id) {
            None => return NextHint::NoSuchCheck,
            Some(check) if status(id) == Some(Status::Passed) => return NextHint::Passed(check),
            Some(check) => check,
        },
        None => match lab.checks.iter().find(|check| status(&check.id) == Some(Status::Failed)) {
            None => return NextHint::NothingFails,
            Some(check) => check,
        },
    };
    let seen = shown(&check.id);
    match check.hints.get(seen) {
        Some(text) => NextHint::Hint { check, number: seen + 1, text },
        None => NextHint::Exhausted(check),
    }
}

#[cfg(test)]
mod tests {
    use super::{NextHint, next_hint};
    use crate::engine::testbed::{check, lab, report};
    use crate::model::{Check, Kind, Status};

    #[test]
    fn the_first_failure_is_hinted_at_not_what_it_blocks() {
        let hinting =
            |id: &str| Check { hints: vec![format!("{id} 1"), format!("{id} 2")], ..check(id, Kind::UnitFile) };
        let lab = lab(vec![hinting("a"), hinting("b"), hinting("c")]);
        let reports = [report("a", 1, Status::Passed), report("b", 1, Status::Blocked), report("c", 1, Status::Failed)];
        let text = |shown: usize, named| match next_hint(&lab, &reports, |_| shown, named) {
            NextHint::Hint { number, text, .. } => format!("{number} {text}"),
            NextHint::Exhausted(check) => format!("exhausted {}", check.id),
            NextHint::Passed(check) => format!("passed {}", check.id),
            NextHint::NothingFails => "nothing fails".into(),
            NextHint::Hintless => "hintless".into(),
            NextHint::NoSuchCheck => "no such check".into(),
        };
        assert_eq!(text(0, None), "1 c 1");
        assert_eq!(text(1, None), "2 c 2");
        assert_eq!(text(2, None), "exhausted c");
        assert_eq!(text(0, Some("b")), "1 b 1");
        assert_eq!(text(0, Some("a")), "passed a");
        assert_eq!(text(0, Some("z")), "no such check");
        assert_eq!(next_hint(&lab, &reports[..2], |_| 0, None), NextHint::NothingFails);
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
}
