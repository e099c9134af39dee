//! Judges the checks of a lab: each after the checks that it needs, reported in the lab's order.

use super::{
    account, active, answer, comes_back, command, enabled, file, http, journal, listens, process, restart_policy,
    runs_as, setting, survives_reboot, unit_file,
};
use crate::engine::finding::Finding;
use crate::engine::order::by_needs;
use crate::engine::unit_view::UnitView;
use crate::model::{Check, CheckReport, Kind, Lab, Observations, Status, Unknown, Verdict};

/// Judges every check of a lab by the observations.
///
/// A check is judged only if all checks that it needs passed. It is blocked, and earns nothing, if one of them failed or
/// is blocked. It is unknown if none failed but one is unknown, because an unknown must not cost points.
#[must_use]
pub fn judge(lab: &Lab, observations: &Observations) -> Vec<CheckReport> {
    let mut reports: Vec<Option<CheckReport>> = vec![None; lab.checks.len()];
    for at in by_needs(&lab.checks) {
        let check = &lab.checks[at];
        let unmet: Vec<(&str, Status)> = reports
            .iter()
            .flatten()
            .filter(|report| check.needs.contains(&report.id) && report.status != Status::Passed)
            .map(|report| (report.id.as_str(), report.status))
            .collect();
        let verdict = if unmet.is_empty() {
            judge_one(check, observations)
        } else {
            without_its_needs(check, observations, &unmet)
        };
        let blocked_by = unmet.into_iter().map(|(id, _)| id.to_owned()).collect();
        reports[at] = Some(report(check, verdict, blocked_by));
    }
    reports.into_iter().flatten().collect()
}

fn judge_one(check: &Check, observations: &Observations) -> Verdict {
    let view = UnitView::new(&check.unit, observations);
    match &check.kind {
        Kind::UnitFile => unit_file::judge(&view),
        Kind::Setting { name, expect } => setting::judge(&view, name, expect),
        Kind::RunsAs { root } => runs_as::judge(&view, *root),
        Kind::RestartPolicy { one_of } => restart_policy::judge(&view, one_of),
        Kind::Active { running, hold } => active::judge(&view, *running, *hold),
        Kind::Enabled => enabled::judge(&view),
        Kind::Http { port, path, status, contains } => http::judge(&view, *port, path, *status, contains.as_deref()),
        Kind::ComesBack { within, again } => comes_back::judge(&view, *within, *again),
        Kind::SurvivesReboot { hold } => survives_reboot::judge(&view, *hold),
        Kind::Listens(parameters) => listens::judge(&view, parameters),
        Kind::Process(parameters) => process::judge(&view, parameters),
        Kind::Account(parameters) => account::judge(&view, parameters),
        Kind::File(parameters) => file::judge(&view, parameters),
        Kind::Journal(parameters) => journal::judge(&view, parameters),
        Kind::Command(parameters) => command::judge(&view, parameters),
        Kind::Answer(parameters) => answer::judge(&view, &check.id, parameters),
    }
}

fn without_its_needs(check: &Check, observations: &Observations, unmet: &[(&str, Status)]) -> Verdict {
    let failed = |status: Status| matches!(status, Status::Failed | Status::Blocked);
    let names: Vec<&str> = unmet.iter().map(|(id, _)| *id).collect();
    // The expectation does not depend on the observations.
    let expected = judge_one(check, observations).expected;
    if unmet.iter().any(|(_, status)| failed(*status)) {
        let observed = format!("not judged: {} must pass first", names.join(", "));
        Verdict { status: Status::Blocked, ..Finding::expecting(expected).failed(observed) }
    } else if unmet.iter().any(|(_, status)| *status == Status::Unknown) {
        let reason = format!("it needs {}, which is unknown", names.join(", "));
        Finding::expecting(expected).unknown(&Unknown { reason, remedy: None })
    } else {
        let observed = format!("not run: {} was not run", names.join(", "));
        Finding::expecting(expected).not_run(observed)
    }
}

fn report(check: &Check, verdict: Verdict, blocked_by: Vec<String>) -> CheckReport {
    CheckReport {
        id: check.id.clone(),
        kind: check.kind.name().to_owned(),
        title: check.title.clone(),
        points: check.points,
        earned: if verdict.status == Status::Passed { check.points } else { 0 },
        status: verdict.status,
        needs: check.needs.clone(),
        blocked_by,
        expected: verdict.expected,
        observed: verdict.observed,
        evidence: verdict.evidence,
        diagnosis: verdict.diagnosis,
        why: check.why.clone(),
        lesson: check.lesson.clone(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::judge;
    use crate::engine::testbed::{ObservationsBuilder, UNIT, check, fragment, lab, process, service};
    use crate::model::{
        AccountCheck, Address, Check, CommandCheck, Expect, FileCheck, JournalCheck, Kind, Listens, Observations,
        ProcessCheck, Protocol, RestartPolicy, RunAs, Since, Status, TimeSpan, UnitFact, UnitQuestion, Value,
    };

    fn needing(id: &str, kind: Kind, needs: &[&str]) -> Check {
        Check { needs: needs.iter().map(ToString::to_string).collect(), ..check(id, kind) }
    }

    fn restart() -> Kind {
        Kind::RestartPolicy { one_of: vec![RestartPolicy::Always] }
    }

    #[test]
    fn a_failed_need_blocks_and_an_unknown_need_makes_unknown() {
        let lab = lab(vec![
            needing("last", restart(), &["middle"]),
            needing("middle", restart(), &["first"]),
            needing("first", Kind::UnitFile, &[]),
        ]);
        let statuses = |builder: ObservationsBuilder| {
            judge(&lab, &builder.build()).into_iter().map(|r| r.status).collect::<Vec<_>>()
        };
        let not_found = || service(&[("LoadState", "not-found"), ("FragmentPath", "")]);
        let files = || fragment("[Service]\nExecStart=/bin/true\n");
        let missing = ObservationsBuilder::default().loaded(not_found()).files(crate::model::FilesFact::default());
        assert_eq!(statuses(missing), [Status::Blocked, Status::Blocked, Status::Failed]);
        let no_answer = ObservationsBuilder::default().unknown(&UnitQuestion { unit: UNIT.into() }).files(files());
        assert_eq!(statuses(no_answer), [Status::Unknown; 3]);
        let partly = ObservationsBuilder::default().loaded(service(&[])).files(files());
        assert_eq!(statuses(partly), [Status::Blocked, Status::Failed, Status::Passed]);
    }

    fn every_kind() -> Vec<Check> {
        let hold = TimeSpan::from_micros(3_000_000);
        let span = Value::Span(hold);
        let run = vec!["true".to_owned()];
        let command = CommandCheck { run, exit: 0, stdout_contains: None, run_as: RunAs::Root };
        let http = Kind::Http { port: 8000, path: "/".into(), status: 200, contains: Some("x".into()) };
        vec![
            check("a", Kind::UnitFile),
            check("b", Kind::Setting { name: "RestartSec".into(), expect: Expect::AtLeast(span) }),
            check("c", Kind::Setting { name: "After".into(), expect: Expect::Includes(vec!["a".into()]) }),
            check("d", Kind::RunsAs { root: false }),
            check("e", restart()),
            check("f", Kind::Active { running: true, hold }),
            check("g", Kind::Enabled),
            check("h", http),
            check("o", Kind::ComesBack { within: hold, again: false }),
            check("p", Kind::SurvivesReboot { hold }),
            check("i", Kind::Listens(Listens { port: 8000, protocol: Protocol::Tcp, address: Some(Address::Any) })),
            check("j", Kind::Process(ProcessCheck { at_least: Some(1), ..ProcessCheck::default() })),
            check("k", Kind::Account(AccountCheck { own: true, ..AccountCheck::default() })),
            check("l", Kind::File(FileCheck { path: "/x".into(), unwritable: true, ..FileCheck::default() })),
            check("m", Kind::Journal(JournalCheck { text: "x".into(), lacks: true, since: Since::Boot })),
            check("n", Kind::Command(command)),
        ]
    }

    #[test]
    fn without_observations_every_verdict_is_unknown_or_not_run() {
        for report in judge(&lab(every_kind()), &Observations::default()) {
            let trial = ["comes-back", "survives-reboot"].contains(&report.kind.as_str());
            let status = if trial { Status::NotRun } else { Status::Unknown };
            assert_eq!((report.status, report.earned), (status, 0), "{}", report.id);
            assert!(!report.observed.is_empty() && !report.expected.is_empty(), "{}", report.id);
        }
    }

    proptest! {
        /// Judging arbitrary answers gives one report per check, in order, with texts of limited length.
        #[test]
        fn arbitrary_answers_give_bounded_reports(
            properties in prop::collection::btree_map(
                prop::sample::select(vec![
                    "LoadState", "User", "UID", "ExecStartEx", "Restart", "RestartUSec", "NeedDaemonReload", "Result",
                    "ExecMainCode", "ExecMainStatus", "NRestarts", "After", "ActiveState", "SubState", "UnitFileState",
                ]),
                prop_oneof![
                    ".{0,600}", Just("loaded".to_owned()), Just("failed".to_owned()), Just("yes".to_owned()),
                    Just("1".to_owned()), Just("{ path= ; argv[]= ; flags=privileged ; start_time=[".to_owned()),
                ],
                0..15,
            ),
            text in "(\\[(Service|Unit|Install)\\]\n|User=.{0,9}\n|Restart=.{0,9}\n|ExecStart=.{0,500}\n|.{0,30}\n){0,12}",
            uid in 0u32..3,
        ) {
            let properties = properties.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            let builder = ObservationsBuilder::default()
                .loaded(UnitFact { properties })
                .files(fragment(&text))
                .processes(&[process(7, uid, "", true)]);
            let lab = lab(every_kind());
            let reports = judge(&lab, &builder.build());
            prop_assert!(reports.iter().map(|report| &report.id).eq(lab.checks.iter().map(|check| &check.id)));
            for report in reports {
                prop_assert!(report.observed.chars().count() <= 401);
                prop_assert!(report.evidence.iter().all(|evidence| evidence.text.chars().count() <= 401));
            }
        }
    }
}
