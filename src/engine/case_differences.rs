//! Compares a graded case with its expected result.

use crate::engine::score;
use crate::model::{Cause, CheckReport, Expected, Status};

/// Returns the differences, one sentence each. `pass` is the lab's pass mark in percent.
#[must_use]
pub fn differences(expected: &Expected, pass: u32, checks: &[CheckReport]) -> Vec<String> {
    let mut differs: Vec<String> = checks.iter().filter_map(undecided).collect();
    let lost: Vec<&CheckReport> = checks.iter().filter(|check| check.status != Status::Passed).collect();
    let failed = |check: &&CheckReport| matches!(check.status, Status::Failed | Status::Blocked);
    match expected {
        Expected::Untouched if score(pass, checks).passed == Some(true) => {
            differs.push("is passed, although nothing was done".into());
        }
        Expected::FullMarks => differs.extend(lost.into_iter().filter(failed).map(describe)),
        Expected::Fails { fails, diagnosis } => {
            differs.extend(wrongly_failed(fails, checks));
            differs.extend(missed_causes(diagnosis, checks));
        }
        Expected::Loses if lost.is_empty() => {
            let fix = "add a check that fails, or list it in lab.toml under [[harmless]] with the reason";
            differs.push(format!("earns full marks: {fix}"));
        }
        Expected::Untouched | Expected::Loses => {}
        Expected::LosesNothing => {
            differs
                .extend(lost.into_iter().filter(failed).map(|check| format!("is not harmless: {}", describe(check))));
        }
    }
    differs
}

/// A case needs a definite status for every check.
fn undecided(check: &CheckReport) -> Option<String> {
    let status = match check.status {
        Status::Unknown => "is unknown",
        Status::NotRun => "was not run",
        Status::Passed | Status::Failed | Status::Blocked => return None,
    };
    Some(format!("{} {status}: {}", check.id, check.observed))
}

fn wrongly_failed(fails: &[String], checks: &[CheckReport]) -> Vec<String> {
    let of = |check: &CheckReport| match (fails.contains(&check.id), check.status) {
        (true, Status::Passed) => Some(format!("{} passed, and must fail", check.id)),
        (true, Status::Blocked) => {
            Some(format!("{} is blocked by {}, and must fail", check.id, check.blocked_by.join(", ")))
        }
        (false, Status::Failed) => Some(format!("{}, and must not fail", describe(check))),
        _ => None,
    };
    checks.iter().filter_map(of).collect()
}

/// The reported causes that the case does not expect, in one sentence.
fn missed_causes(expected: &[Cause], checks: &[CheckReport]) -> Option<String> {
    let mut named: Vec<Cause> =
        checks.iter().flat_map(|check| &check.diagnosis).map(|diagnosis| diagnosis.cause).collect();
    named.dedup();
    let missed: Vec<Cause> = expected.iter().copied().filter(|cause| !named.contains(cause)).collect();
    if missed.is_empty() {
        return None;
    }
    let instead = if named.is_empty() { "nothing is".to_owned() } else { format!("{} is", ids(&named)) };
    Some(format!("{} is not diagnosed; {instead}", ids(&missed)))
}

fn ids(causes: &[Cause]) -> String {
    causes.iter().map(|cause| cause.id()).collect::<Vec<_>>().join(", ")
}

fn describe(check: &CheckReport) -> String {
    match check.status {
        Status::Blocked => format!("{} is blocked by {}", check.id, check.blocked_by.join(", ")),
        _ => format!("{} failed: {}", check.id, check.observed),
    }
}

#[cfg(test)]
mod tests {
    use super::differences;
    use crate::engine::testbed::report;
    use crate::model::Expected::{self, FullMarks, Loses, LosesNothing, Untouched};
    use crate::model::Status::{self, Blocked, Failed, NotRun, Passed, Unknown};
    use crate::model::{Cause, CheckReport};

    fn checks(statuses: [Status; 2]) -> Vec<CheckReport> {
        let ids = ["first", "second"];
        let of = |(id, status): (&str, Status)| CheckReport {
            observed: "so".into(),
            blocked_by: if status == Blocked { vec!["first".into()] } else { vec![] },
            diagnosis: if status == Failed { vec![Cause::Masked.because("").next_step("")] } else { vec![] },
            ..report(id, 50, status)
        };
        ids.into_iter().zip(statuses).map(of).collect()
    }

    fn fails(fails: &[&str], diagnosis: &[Cause]) -> Expected {
        Expected::Fails { fails: fails.iter().map(ToString::to_string).collect(), diagnosis: diagnosis.to_vec() }
    }

    #[test]
    fn every_kind_of_difference_is_reported() {
        #[rustfmt::skip]
        let table: [(Expected, [Status; 2], &[&str]); 19] = [
            (Untouched, [Failed, Blocked], &[]),
            (Untouched, [Passed, Failed], &[]),
            (Untouched, [Passed, Passed], &["is passed, although nothing was done"]),
            (Untouched, [Failed, Unknown], &["second is unknown: so"]),
            (FullMarks, [Passed, Passed], &[]),
            (FullMarks, [Failed, Blocked], &["first failed: so", "second is blocked by first"]),
            (FullMarks, [Passed, NotRun], &["second was not run: so"]),
            (fails(&["first"], &[]), [Failed, Passed], &[]),
            (fails(&["first"], &[Cause::Masked]), [Failed, Blocked], &[]),
            (fails(&["first"], &[]), [Passed, Failed], &["first passed, and must fail", "second failed: so, and must not fail"]),
            (fails(&["first", "second"], &[]), [Failed, Blocked], &["second is blocked by first, and must fail"]),
            (fails(&["first"], &[Cause::Chdir]), [Failed, Passed], &["chdir is not diagnosed; masked is"]),
            (fails(&[], &[Cause::Chdir]), [Passed, Passed], &["chdir is not diagnosed; nothing is"]),
            (fails(&[], &[]), [Unknown, Passed], &["first is unknown: so"]),
            (Loses, [Passed, Failed], &[]),
            (Loses, [Passed, Passed], &["earns full marks: add a check that fails, or list it in lab.toml under [[harmless]] with the reason"]),
            (Loses, [Passed, Unknown], &["second is unknown: so"]),
            (LosesNothing, [Passed, Passed], &[]),
            (LosesNothing, [Passed, Failed], &["is not harmless: second failed: so"]),
        ];
        for (expected, statuses, differs) in table {
            assert_eq!(differences(&expected, 80, &checks(statuses)), differs, "{expected:?} {statuses:?}");
        }
    }
}
