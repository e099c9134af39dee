//! Started at boot, or only said to be: truths 26–30.

use super::verdicts::{gist, judged};
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
    let mut observed = ObservationsBuilder::default()
        .loaded(live.0)
        .files(fragment(text))
        .live(&BootQuestion { unit: UNIT.into() }, live.1);
    if let Some((unit, boot)) = twin {
        observed = observed.twin_loaded(unit).twin(&BootQuestion { unit: UNIT.into() }, boot);
    }
    judged(Kind::Enabled, observed)
}

/// The same before and after the boot.
fn settled(state: &str, pulled: bool, text: &str) -> CheckReport {
    let unit = || service(&[("UnitFileState", state)]);
    enabled((unit(), boot(state, pulled)), Some((unit(), boot(state, pulled))), text)
}

const HOOKED: &str = "[Service]\nExecStart=/bin/a\n[Install]\nWantedBy=multi-user.target\n";

#[test]
fn truths_26_to_29_links_are_not_boots() {
    let although = "a boot into multi-user.target does not start it, although is-enabled says enabled";
    let plainly = "a boot into multi-user.target does not start it";
    let chain = "multi-user.target → sre-app.service";
    #[rustfmt::skip]
    let table = [
        ("plain", "enabled", true, HOOKED, Status::Passed, chain, vec![]),
        ("26", "enabled", false, "[Install]\nWantedBy=mutli-user.target\n", Status::Failed, although, vec!["wanted-by-unknown-target"]),
        ("26", "enabled", false, "[Install]\nWantedBy=graphical.target\n", Status::Failed, although, vec!["wanted-by-idle-target"]),
        ("27", "enabled", false, "[Install]\nAlias=web.service\n", Status::Failed, although, vec!["alias-only"]),
        ("28", "static", false, "[Service]\nExecStart=/bin/a\n", Status::Failed, plainly, vec!["no-install-section"]),
        ("28", "disabled", false, HOOKED, Status::Failed, plainly, vec!["not-enabled"]),
        ("29", "enabled", true, "[Service]\nExecStart=/bin/a\n", Status::Passed, chain, vec![]),
        ("29", "static", true, "[Service]\nExecStart=/bin/a\n", Status::Passed, chain, vec![]),
        ("misplaced", "static", false, "[Unit]\nWantedBy=multi-user.target\n", Status::Failed, plainly, vec!["wrong-section"]),
        ("misspelt", "static", false, "[Install]\nWantedby=multi-user.target\n", Status::Failed, plainly, vec!["unknown-key"]),
    ];
    for (truth, state, pulled, text, status, observed, causes) in table {
        let report = settled(state, pulled, text);
        assert_eq!(gist(&report), (status, observed, causes), "truth {truth}: {text}");
    }
    let typo = settled("enabled", false, "[Install]\nWantedBy=mutli-user.target\n");
    assert_eq!(
        typo.diagnosis[0].next,
        "change the line to WantedBy=multi-user.target, then sudo systemctl reenable sre-app.service"
    );
}

#[test]
fn truth_27_enabled_until_the_next_boot() {
    let live = || (service(&[("UnitFileState", "enabled-runtime")]), boot("enabled-runtime", true));
    let twin = (service(&[]), boot("disabled", false));
    for twin in [Some(twin), None] {
        let report = enabled(live(), twin, HOOKED);
        assert_eq!((report.status, gist(&report).2), (Status::Failed, vec!["runtime-only"]), "{}", report.observed);
    }
}

#[test]
fn truth_30_masked_is_never_started() {
    let unit = || service(&[("LoadState", "masked"), ("UnitFileState", "masked"), ("ActiveState", "active")]);
    let report = enabled((unit(), boot("masked", true)), Some((unit(), boot("masked", true))), "");
    assert_eq!(gist(&report), (Status::Failed, "a boot cannot start it: LoadState=masked", vec!["masked"]));
}

/// A dangling link pulls in a unit that does not exist.
#[test]
fn a_pulled_unit_must_exist() {
    let unit = || service(&[("LoadState", "not-found")]);
    assert_eq!(enabled((unit(), boot("", true)), None, "").status, Status::Failed);
}

/// Without a twin, a manager that is behind the disk cannot tell what the next boot will do.
#[test]
fn an_outdated_graph_is_not_a_no() {
    let unit = service(&[("NeedDaemonReload", "yes"), ("UnitFileState", "enabled")]);
    let report = enabled((unit, boot("enabled", false)), None, HOOKED);
    assert_eq!((report.status, gist(&report).2), (Status::Unknown, vec!["could-not-tell"]));
}
