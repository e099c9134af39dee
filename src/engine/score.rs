//! The score of a lab, and whether it is final.

use crate::model::{CheckReport, Score, Status};

/// Adds up the checks of a lab whose pass mark is `pass` percent.
///
/// Unknown checks neither cost nor earn points. `passed` is set only if the ungraded checks cannot change it.
#[must_use]
pub fn score(pass: u32, checks: &[CheckReport]) -> Score {
    let graded = |check: &&CheckReport| !matches!(check.status, Status::Unknown | Status::NotRun);
    let of = sum(checks.iter().map(|check| check.points));
    let graded_of = sum(checks.iter().filter(graded).map(|check| check.points));
    let points = sum(checks.iter().filter(graded).map(|check| check.earned.min(check.points)));
    let reaches = |points: u32| u64::from(points) * 100 >= u64::from(pass) * u64::from(of);
    let passed = match (reaches(points), reaches(points.saturating_add(of - graded_of))) {
        (true, _) => Some(true),
        (false, false) => Some(false),
        (false, true) => None,
    };
    let percent = (u64::from(points) * 100).checked_div(u64::from(of)).unwrap_or(0);
    Score {
        points,
        of,
        graded_of,
        complete: checks.iter().all(|check| graded(&check)),
        percent: u32::try_from(percent).unwrap_or(100),
        passed,
    }
}

fn sum(points: impl Iterator<Item = u32>) -> u32 {
    points.fold(0, u32::saturating_add)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::score;
    use crate::engine::testbed::report;
    use crate::model::Status::{self, Blocked, Failed, NotRun, Passed, Unknown};

    /// Points with statuses; then points, `graded_of`, complete, passed.
    type Row<'a> = (&'a [(u32, Status)], (u32, u32, bool, Option<bool>));

    #[test]
    fn the_outcome_is_open_only_while_it_can_still_turn() {
        #[rustfmt::skip]
        let table: [Row; 6] = [
            (&[(80, Passed), (20, Failed)],  (80, 100, true,  Some(true))),
            (&[(79, Passed), (21, Blocked)], (79, 100, true,  Some(false))),
            (&[(79, Passed), (21, Unknown)], (79, 79,  false, None)),
            (&[(80, Passed), (20, NotRun)],  (80, 80,  false, Some(true))),
            (&[(10, Unknown), (90, Failed)], (0,  90,  false, Some(false))),
            (&[(100, Unknown)],              (0,  0,   false, None)),
        ];
        for (checks, expected) in table {
            let checks: Vec<_> = checks.iter().map(|(points, status)| report("a", *points, *status)).collect();
            let score = score(80, &checks);
            assert_eq!((score.points, score.graded_of, score.complete, score.passed), expected, "{checks:?}");
            assert_eq!((score.of, score.percent), (100, expected.0));
        }
    }

    proptest! {
        /// The later result of an unknown check never contradicts a final outcome.
        #[test]
        fn a_settled_outcome_stays(points in prop::collection::vec((1u32..50, 0usize..5), 1..12), pass in 0u32..=100) {
            let all = [Passed, Failed, Blocked, Unknown, NotRun];
            let checks: Vec<_> = points.iter().map(|(points, at)| report("a", *points, all[*at])).collect();
            let before = score(pass, &checks);
            prop_assert!(before.points <= before.graded_of && before.graded_of <= before.of && before.percent <= 100);
            for outcome in [Passed, Failed] {
                let settled = |status| if matches!(status, Unknown | NotRun) { outcome } else { status };
                let after: Vec<_> =
                    checks.iter().map(|check| report("a", check.points, settled(check.status))).collect();
                let after = score(pass, &after);
                prop_assert!(after.complete && after.passed.is_some());
                prop_assert!(before.passed.is_none() || before.passed == after.passed);
            }
        }
    }
}
