//! Which cause follows from which: root causes come first.

use crate::model::{Cause, Diagnosis};

/// Sets `follows` in each diagnosis whose root cause is in the list too, and moves root causes to the front.
pub(crate) fn put_root_causes_first(diagnoses: &mut [Diagnosis]) {
    for at in 0..diagnoses.len() {
        let cause = diagnoses[at].cause;
        let root = diagnoses.iter().enumerate().find(|(other, root)| *other != at && follows(cause, root.cause));
        diagnoses[at].follows = root.map(|(_, root)| root.cause);
    }
    // If the root follows from another cause, use that one.
    for at in 0..diagnoses.len() {
        let direct = diagnoses[at].follows;
        let root = diagnoses.iter().find(|other| Some(other.cause) == direct).and_then(|other| other.follows);
        diagnoses[at].follows = root.or(direct);
    }
    diagnoses.sort_by_key(|diagnosis| diagnosis.follows.is_some());
}

fn follows(cause: Cause, root: Cause) -> bool {
    match cause {
        Cause::CrashLoop => !matches!(root, Cause::CrashLoop | Cause::StartLimitHit | Cause::NoAutoRestart),
        // Each restart counts against the limit, so anything that made the service die led to it.
        Cause::StartLimitHit => root != Cause::StartLimitHit,
        _ => is_setting_failure(cause) && is_line_mistake(root),
    }
}

/// A line of the file is wrong, or is not in effect.
fn is_line_mistake(cause: Cause) -> bool {
    matches!(
        cause,
        Cause::BadValue
            | Cause::InlineComment
            | Cause::NeedsDaemonReload
            | Cause::OverriddenByDropIn
            | Cause::QuotedValue
            | Cause::RuntimeOnly
            | Cause::UnknownKey
            | Cause::WrongSection
    )
}

/// A setting has the wrong value, which a wrong line explains.
fn is_setting_failure(cause: Cause) -> bool {
    matches!(
        cause,
        Cause::Chdir
            | Cause::EnvironmentAssumed
            | Cause::ExecBadInterpreter
            | Cause::ExecFailed
            | Cause::ExecFormat
            | Cause::ExecMissing
            | Cause::ExecNotExecutable
            | Cause::GroupUnknown
            | Cause::Namespace
            | Cause::PermissionDenied
            | Cause::RunsAsRoot
            | Cause::StartLimitTooTight
            | Cause::UserUnknown
    )
}

#[cfg(test)]
mod tests {
    use super::put_root_causes_first;
    use crate::model::Cause::{
        self, CrashLoop, ExecMissing, InlineComment, NeedsRestart, NotEnabled, RunsAsRoot, StartLimitHit, UserUnknown,
        WrongSection,
    };

    type Row<'a> = (&'a [Cause], &'a [(Cause, Option<Cause>)]);

    #[test]
    fn followers_come_after_their_root() {
        let rows: [Row; 6] = [
            (&[CrashLoop], &[(CrashLoop, None)]),
            (&[CrashLoop, StartLimitHit], &[(CrashLoop, None), (StartLimitHit, Some(CrashLoop))]),
            (
                &[StartLimitHit, CrashLoop, ExecMissing],
                &[(ExecMissing, None), (StartLimitHit, Some(ExecMissing)), (CrashLoop, Some(ExecMissing))],
            ),
            (
                &[InlineComment, UserUnknown, CrashLoop, StartLimitHit],
                &[
                    (InlineComment, None),
                    (UserUnknown, Some(InlineComment)),
                    (CrashLoop, Some(InlineComment)),
                    (StartLimitHit, Some(InlineComment)),
                ],
            ),
            (&[WrongSection, RunsAsRoot], &[(WrongSection, None), (RunsAsRoot, Some(WrongSection))]),
            (&[NeedsRestart, NotEnabled], &[(NeedsRestart, None), (NotEnabled, None)]),
        ];
        for (causes, expected) in rows {
            let mut diagnoses: Vec<_> = causes.iter().map(|cause| cause.because("").next_step("")).collect();
            put_root_causes_first(&mut diagnoses);
            let found: Vec<_> = diagnoses.iter().map(|diagnosis| (diagnosis.cause, diagnosis.follows)).collect();
            assert_eq!(found, expected);
        }
    }
}
