//! Verdicts about `unit-file`: truths 16, 25, 30, 33 and 34.

use super::verdicts::{judged, summary};
use crate::engine::testbed::{ObservationsBuilder, fragment, service, text_file};
use crate::model::{CheckReport, Content, DiskFile, FilesFact, Kind, Role, Status};

const PATH: &str = "/etc/systemd/system/sre-app.service";

fn file(live: &str, twin: Option<&str>, files: FilesFact) -> CheckReport {
    let unit = |state| service(&[("LoadState", state)]);
    let observations = ObservationsBuilder::default().loaded(unit(live)).files(files);
    judged(
        Kind::UnitFile,
        match twin {
            Some(state) => observations.twin_loaded(unit(state)),
            None => observations,
        },
    )
}

fn odd(content: Content) -> FilesFact {
    let file = DiskFile { path: PATH.into(), role: Role::Fragment, content };
    FilesFact { files: vec![file], ..FilesFact::default() }
}

#[test]
fn a_file_that_systemd_loads_passes() {
    let text = "[Service]\nExecStart=/bin/a\n";
    for (live, twin) in [("loaded", Some("loaded")), ("loaded", None), ("not-found", Some("loaded"))] {
        let report = file(live, twin, fragment(text));
        assert_eq!(summary(&report), (Status::Passed, "/etc/systemd/system/sre-app.service is loaded", vec![]));
    }
}

/// A missing unit has properties, too. `LoadState` shows that it is missing.
#[test]
fn truth_25_a_missing_unit_fails() {
    let report = file("not-found", Some("not-found"), FilesFact::default());
    assert_eq!(summary(&report), (Status::Failed, "systemd finds no unit file for sre-app.service", vec![]));
    let deleted = file("loaded", None, FilesFact::default());
    assert_eq!(deleted.observed, "sre-app.service is still loaded, but its unit file is not on disk");
    assert_eq!(deleted.status, Status::Failed);
}

#[test]
fn a_unit_file_in_run_does_not_survive_a_reboot() {
    let path = "/run/systemd/system/sre-app.service";
    let fragment = text_file(path, Role::Fragment, "[Service]\nExecStart=/bin/a\n");
    let files = FilesFact { files: vec![fragment], ..FilesFact::default() };
    let report = file("loaded", Some("not-found"), files);
    assert_eq!((report.status, summary(&report).2), (Status::Failed, vec!["runtime-only"]));
}

#[test]
fn truths_16_33_and_34_settings_that_systemd_refuses_fail() {
    for (text, id) in [
        ("[Service]\nType=oneshot\nRestart=always\nExecStart=/bin/a\n", "oneshot-with-restart"),
        ("[Service]\nExecStart=/bin/a\nExecStart=/bin/b\n", "bad-setting"),
        ("[service]\nExecStart=/bin/a\n", "wrong-section"),
    ] {
        // The learner's manager may have loaded an older file. The twin has read this one.
        for live in ["bad-setting", "loaded"] {
            let report = file(live, Some("bad-setting"), fragment(text));
            assert_eq!(report.status, Status::Failed);
            assert_eq!(summary(&report).2[0], id, "{text}");
        }
    }
}

#[test]
fn truth_30_a_link_to_dev_null_and_an_empty_file_mask_a_unit() {
    let report = file("masked", Some("masked"), odd(Content::Masked));
    let observed = "/etc/systemd/system/sre-app.service is a link to /dev/null: the unit is masked";
    assert_eq!(summary(&report), (Status::Failed, observed, vec!["masked"]));
    let report = file("masked", Some("masked"), odd(Content::Empty));
    let observed =
        "/etc/systemd/system/sre-app.service is empty, and systemd treats a unit with an empty unit file as masked";
    assert_eq!(summary(&report), (Status::Failed, observed, vec!["zero-byte-unit"]));
}

#[test]
fn a_path_that_is_not_a_unit_file_is_described() {
    for (state, content, part) in [
        (
            "not-found",
            Content::NotRegular { what: "a FIFO".into() },
            "is a FIFO, but a unit file must be a regular file",
        ),
        ("not-found", Content::BadLink { what: "a loop of links".into() }, "is a loop of links"),
        ("masked", Content::NotRegular { what: "a device".into() }, "is a device"),
        ("bad-setting", Content::TooLarge { bytes: 1_073_741_824 }, "has 1073741824 bytes"),
    ] {
        for twin in [Some(state), None] {
            let report = file(state, twin, odd(content.clone()));
            assert_eq!(report.status, Status::Failed);
            assert!(report.observed.contains(part), "{}", report.observed);
        }
        // Broken after it was loaded: detected without a twin, too.
        assert_eq!(file("loaded", None, odd(content)).status, Status::Failed);
    }
}

#[test]
fn an_unreadable_file_is_unknown_unless_the_twin_loads_it() {
    let closed = || odd(Content::Unreadable { why: "Permission denied".into() });
    assert_eq!(file("loaded", Some("loaded"), closed()).status, Status::Passed);
    assert_eq!(file("loaded", None, closed()).status, Status::Unknown);
}
