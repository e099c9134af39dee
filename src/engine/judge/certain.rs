//! Failures that stand before everything was observed: no twin and no trial can change them.

use super::{grade, restart_policy, runs_as, setting};
use crate::engine::unit_view::UnitView;
use crate::model::{Check, Kind, Lab, Observations, Status};

/// Whether a check has failed for certain, before the trials, and before the twin was booted if there is none yet.
///
/// False while an answer is unknown.
#[must_use]
pub fn has_certain_failure(lab: &Lab, observations: &Observations) -> bool {
    let reports = grade::judge(lab, observations);
    if reports.iter().any(|report| report.status == Status::Unknown) {
        return false;
    }
    let mut failed = lab.checks.iter().zip(&reports).filter(|(_, report)| report.status == Status::Failed);
    failed.any(|(check, _)| observations.twin.is_some() || fails_with_every_twin(check, observations))
}

/// Whether a check that failed without a twin fails with every twin, too.
fn fails_with_every_twin(check: &Check, observations: &Observations) -> bool {
    let view = UnitView::new(&check.unit, observations);
    match &check.kind {
        // A twin can only add a failure.
        Kind::Http { .. }
        | Kind::Active { .. }
        | Kind::Listens(_)
        | Kind::Process(_)
        | Kind::Account(_)
        | Kind::File(_)
        | Kind::Journal(_)
        | Kind::Command(_)
        | Kind::Answer(_) => true,
        Kind::Setting { name, expect } => setting::is_loaded_wrong(&view, name, expect),
        Kind::RestartPolicy { one_of } => restart_policy::is_loaded_wrong(&view, one_of),
        Kind::RunsAs { root } => runs_as::is_wrong_now(&view, *root),
        // The twin decides.
        Kind::UnitFile | Kind::Enabled | Kind::ComesBack { .. } | Kind::SurvivesReboot { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{fails_with_every_twin, has_certain_failure};
    use crate::engine::judge;
    use crate::engine::testbed::{ObservationsBuilder, UNIT, check, fragment, lab, process, service};
    use crate::model::{
        AccountCheck, AccountFact, AccountQuestion, BootFact, BootQuestion, Check, DetailsFact, DetailsQuestion,
        Expect, Kind, Process, ProcessCheck, ProcessesFact, ProcessesQuestion, RestartPolicy, Status, TimeSpan,
        UnitFact, UnitQuestion, Value,
    };

    fn setting(name: &str, value: &str) -> Check {
        check("setting", Kind::Setting { name: name.into(), expect: Expect::Is(Value::Text(value.into())) })
    }

    #[test]
    fn only_what_a_twin_cannot_change_is_certain() {
        let runs = |properties: &[(&str, &str)], text: &str| {
            ObservationsBuilder::default().loaded(service(properties)).files(fragment(text)).build()
        };
        let user = || vec![setting("User", "app")];
        let wrong = runs(&[("User", "root")], "[Service]\nUser=root\n");
        assert!(has_certain_failure(&lab(user()), &wrong));
        // unitlab reads in the file that a reload would change the user. Only a twin proves it.
        let pending = runs(&[("User", "app"), ("NeedDaemonReload", "yes")], "[Service]\nUser=root\n");
        assert_eq!(judge(&lab(user()), &pending)[0].status, Status::Failed);
        assert!(!has_certain_failure(&lab(user()), &pending));
        let mut with_twin = pending.clone();
        with_twin.twin = ObservationsBuilder::default().twin_loaded(service(&[("User", "root")])).build().twin;
        assert!(has_certain_failure(&lab(user()), &with_twin));
        let right = runs(&[("User", "app")], "[Service]\nUser=app\n");
        assert!(!has_certain_failure(&lab(user()), &right));
    }

    #[test]
    fn an_unknown_answer_leaves_everything_open() {
        let back = Kind::ComesBack { within: TimeSpan::from_micros(1_000_000), again: false };
        let hold = TimeSpan::from_micros(2_000_000);
        let wrong = || ObservationsBuilder::default().loaded(service(&[("User", "root")])).files(fragment(""));
        let with = |more: Kind| lab(vec![setting("User", "app"), check("more", more)]);
        assert!(has_certain_failure(&with(back), &wrong().build()));
        // The window was not answered.
        assert!(!has_certain_failure(&with(Kind::Active { running: true, hold }), &wrong().build()));
    }

    #[test]
    fn what_only_a_boot_shows_is_never_certain_without_one() {
        let not_enabled = || BootFact { unit_file_state: "disabled".into(), ..BootFact::default() };
        let boot = BootQuestion { unit: UNIT.into() };
        let observed =
            ObservationsBuilder::default().loaded(service(&[])).files(fragment("")).live(&boot, not_enabled());
        let observations = observed.build();
        let lab = lab(vec![check("boot", Kind::Enabled)]);
        assert_eq!(judge(&lab, &observations)[0].status, Status::Failed);
        assert!(!has_certain_failure(&lab, &observations));
        let booted = ObservationsBuilder::default().twin_loaded(service(&[])).twin(&boot, not_enabled()).build();
        let observations = crate::model::Observations { twin: booted.twin, ..observations };
        assert!(has_certain_failure(&lab, &observations));
    }

    fn checks() -> Vec<Check> {
        vec![
            check("file", Kind::UnitFile),
            check(
                "span",
                Kind::Setting {
                    name: "RestartSec".into(),
                    expect: Expect::AtLeast(Value::Span(TimeSpan::from_micros(3_000_000))),
                },
            ),
            setting("User", "app"),
            check("restart", Kind::RestartPolicy { one_of: vec![RestartPolicy::Always] }),
            check("not-root", Kind::RunsAs { root: false }),
            check("root", Kind::RunsAs { root: true }),
            check("process", Kind::Process(ProcessCheck { at_least: Some(2), ..ProcessCheck::default() })),
            check("account", Kind::Account(AccountCheck { own: true, ..AccountCheck::default() })),
            check("boot", Kind::Enabled),
        ]
    }

    fn properties() -> impl Strategy<Value = UnitFact> {
        let values = |name: &'static str, values: Vec<&'static str>| (Just(name), prop::sample::select(values));
        (
            values("LoadState", vec!["loaded", "not-found", "masked"]),
            values("User", vec!["", "root", "app", "toor"]),
            values("UID", vec!["[not set]", "0", "33"]),
            values("Restart", vec!["no", "always"]),
            values("RestartUSec", vec!["100ms", "3s"]),
            values("NeedDaemonReload", vec!["no", "yes"]),
            values("DynamicUser", vec!["no", "yes"]),
        )
            .prop_map(|(a, b, c, d, e, f, g)| service(&[a, b, c, d, e, f, g]))
    }

    fn processes() -> impl Strategy<Value = Vec<Process>> {
        prop::collection::vec(
            (1u32..4, any::<bool>()).prop_map(|(pid, root)| process(pid, if root { 0 } else { 33 }, "", pid == 1)),
            0..3,
        )
    }

    proptest! {
        /// A failure that is certain without a twin is a failure with every twin.
        #[test]
        fn a_certain_failure_is_one_with_every_twin(
            loaded in properties(), twin_loaded in properties(),
            running in processes(), twin_running in processes(),
            rows in any::<bool>(), twin_rows in any::<bool>(), chain in any::<bool>(), twin_chain in any::<bool>(),
            text in "\\[Service\\]\n(User=(root|app)\n|Restart=(no|always)\n|RestartSec=(1|3)\n|ExecStart=\\+/bin/true\n){0,4}",
        ) {
            let unit = || UNIT.to_owned();
            let account = |used: bool| AccountFact { user: if used { "app".into() } else { String::new() }, ..AccountFact::default() };
            let boot = |pulled: bool| BootFact {
                chain: if pulled { vec!["multi-user.target".into()] } else { vec![] }, ..BootFact::default()
            };
            let details = |running: &[Process]| DetailsFact { count: u32::try_from(running.len()).unwrap(), ..DetailsFact::default() };
            let processes = |processes: &[Process]| ProcessesFact { processes: processes.to_vec(), roots: vec!["root".into()] };
            let live = || ObservationsBuilder::default()
                .loaded(loaded.clone())
                .files(fragment(&text))
                .processes(&running)
                .live(&AccountQuestion { unit: unit() }, account(rows))
                .live(&DetailsQuestion { unit: unit(), directory: None }, details(&running))
                .live(&BootQuestion { unit: unit() }, boot(chain));
            let with_twin = live()
                .twin(&UnitQuestion { unit: unit() }, twin_loaded)
                .twin(&ProcessesQuestion { unit: unit() }, processes(&twin_running))
                .twin(&AccountQuestion { unit: unit() }, account(twin_rows))
                .twin(&DetailsQuestion { unit: unit(), directory: None }, details(&twin_running))
                .twin(&BootQuestion { unit: unit() }, boot(twin_chain))
                .build();
            let live = live().build();
            let lab = lab(checks());
            let (before, after) = (judge(&lab, &live), judge(&lab, &with_twin));
            for ((check, before), after) in lab.checks.iter().zip(before).zip(after) {
                if before.status == Status::Failed && fails_with_every_twin(check, &live) {
                    prop_assert_eq!(after.status, Status::Failed, "{}: {} then {}", check.id, before.observed, after.observed);
                }
            }
        }
    }
}
