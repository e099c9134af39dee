//! Verdicts about `enabled`: truths 26–30.

use super::verdicts::{judged, summary};
use crate::engine::testbed::{ObservationsBuilder, UNIT, fragment, service};
use crate::model::{BootFact, BootQuestion, CheckReport, Kind, Puller, Status, UnitFact};

fn boot(state: &str, pulled: bool) -> BootFact {
    let target = "multi-user.target";
    let by = Puller { unit: target.into(), via: "WantedBy".into(), exists: true };
    BootFact {
        default_target: target.into(),
        pullers: if pulled { vec![by] } else { vec![] },
        chain: if pulled { vec![target.into(), UNIT.into()] } else { vec![] },
        unit_file_state: state.into(),
        started_since_boot: pulled,
        ..BootFact::default()
    }
}

fn enabled(live: (UnitFact, BootFact), twin: Option<(UnitFact, BootFact)>, text: &str) -> CheckReport {
    let mut observations = ObservationsBuilder::default()
        .loaded(live.0)
        .files(fragment(text))
        .live(&BootQuestion { unit: UNIT.into() }, live.1);
    if let Some((unit, boot)) = twin {
        observations = observations.twin_loaded(unit).twin(&BootQuestion { unit: UNIT.into() }, boot);
    }
    judged(Kind::Enabled, observations)
}

/// The twin has the same state as the live machine.
fn same_on_twin(state: &str, pulled: bool, text: &str) -> CheckReport {
    let unit = || service(&[("UnitFileState", state)]);
    enabled((unit(), boot(state, pulled)), Some((unit(), boot(state, pulled))), text)
}

const INSTALLED: &str = "[Service]\nExecStart=/bin/a\n[Install]\nWantedBy=multi-user.target\n";

#[test]
fn truths_26_to_29_a_boot_decides_not_the_state_of_the_links() {
    let although = "a boot into multi-user.target does not start it, although is-enabled says enabled";
    let plainly = "a boot into multi-user.target does not start it";
    let chain = "multi-user.target → sre-app.service";
    #[rustfmt::skip]
    let table = [
        ("plain", "enabled", true, INSTALLED, Status::Passed, chain, vec![]),
        ("26", "enabled", false, "[Install]\nWantedBy=mutli-user.target\n", Status::Failed, although, vec!["wanted-by-unknown-target"]),
        ("26", "enabled", false, "[Install]\nWantedBy=graphical.target\n", Status::Failed, although, vec!["wanted-by-idle-target"]),
        ("27", "enabled", false, "[Install]\nAlias=web.service\n", Status::Failed, although, vec!["alias-only"]),
        ("28", "static", false, "[Service]\nExecStart=/bin/a\n", Status::Failed, plainly, vec!["no-install-section"]),
        ("28", "disabled", false, INSTALLED, Status::Failed, plainly, vec!["not-enabled"]),
        ("29", "enabled", true, "[Service]\nExecStart=/bin/a\n", Status::Passed, chain, vec![]),
        ("29", "static", true, "[Service]\nExecStart=/bin/a\n", Status::Passed, chain, vec![]),
        ("misplaced", "static", false, "[Unit]\nWantedBy=multi-user.target\n", Status::Failed, plainly, vec!["wrong-section"]),
        ("misspelt", "static", false, "[Install]\nWantedby=multi-user.target\n", Status::Failed, plainly, vec!["unknown-key"]),
    ];
    for (truth, state, pulled, text, status, observed, causes) in table {
        let report = same_on_twin(state, pulled, text);
        assert_eq!(summary(&report), (status, observed, causes), "truth {truth}: {text}");
    }
    let typo = same_on_twin("enabled", false, "[Install]\nWantedBy=mutli-user.target\n");
    assert_eq!(
        typo.diagnosis[0].next,
        "change the line to WantedBy=multi-user.target, then sudo systemctl reenable sre-app.service"
    );
}

#[test]
fn truth_27_enabled_runtime_lasts_until_the_next_boot() {
    let live = || (service(&[("UnitFileState", "enabled-runtime")]), boot("enabled-runtime", true));
    let twin = (service(&[]), boot("disabled", false));
    for twin in [Some(twin), None] {
        let report = enabled(live(), twin, INSTALLED);
        assert_eq!((report.status, summary(&report).2), (Status::Failed, vec!["runtime-only"]), "{}", report.observed);
    }
}

#[test]
fn truth_30_a_boot_does_not_start_a_masked_unit() {
    let unit = || service(&[("LoadState", "masked"), ("UnitFileState", "masked"), ("ActiveState", "active")]);
    let report = enabled((unit(), boot("masked", true)), Some((unit(), boot("masked", true))), "");
    assert_eq!(summary(&report), (Status::Failed, "a boot cannot start it: LoadState=masked", vec!["masked"]));
}

/// A dangling link can pull in a unit that does not exist.
#[test]
fn a_unit_that_does_not_exist_is_not_enabled() {
    let unit = || service(&[("LoadState", "not-found")]);
    assert_eq!(enabled((unit(), boot("", true)), None, "").status, Status::Failed);
}

/// Without a twin, a manager that has not read the files does not know the next boot.
#[test]
fn outdated_dependencies_make_the_verdict_unknown() {
    let unit = service(&[("NeedDaemonReload", "yes"), ("UnitFileState", "enabled")]);
    let report = enabled((unit, boot("enabled", false)), None, INSTALLED);
    assert_eq!((report.status, summary(&report).2), (Status::Unknown, vec!["could-not-tell"]));
}
