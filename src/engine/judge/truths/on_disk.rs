//! A file that can be loaded, or not: truths 16, 25, 30, 33, 34.

use super::verdicts::{gist, judged};
use crate::engine::testbed::{ObservationsBuilder, fragment, service, text_file};
use crate::model::{CheckReport, Content, DiskFile, FilesFact, Kind, Role, Status};

const PATH: &str = "/etc/systemd/system/sre-app.service";

fn file(live: &str, twin: Option<&str>, files: FilesFact) -> CheckReport {
    let unit = |state| service(&[("LoadState", state)]);
    let observed = ObservationsBuilder::default().loaded(unit(live)).files(files);
    judged(
        Kind::UnitFile,
        match twin {
            Some(state) => observed.twin_loaded(unit(state)),
            None => observed,
        },
    )
}

fn odd(content: Content) -> FilesFact {
    let file = DiskFile { path: PATH.into(), role: Role::Fragment, content };
    FilesFact { files: vec![file], ..FilesFact::default() }
}

#[test]
fn a_loaded_file_passes() {
    let text = "[Service]\nExecStart=/bin/a\n";
    for (live, twin) in [("loaded", Some("loaded")), ("loaded", None), ("not-found", Some("loaded"))] {
        let report = file(live, twin, fragment(text));
        assert_eq!(gist(&report), (Status::Passed, "/etc/systemd/system/sre-app.service is loaded", vec![]));
    }
}

/// Truth 25: a unit that is missing has properties too; `LoadState` tells.
#[test]
fn truth_25_a_missing_unit() {
    let report = file("not-found", Some("not-found"), FilesFact::default());
    assert_eq!(gist(&report), (Status::Failed, "systemd finds no unit file for sre-app.service", vec![]));
    let deleted = file("loaded", None, FilesFact::default());
    assert_eq!(deleted.observed, "sre-app.service is still loaded, but no unit file of it is on disk");
    assert_eq!(deleted.status, Status::Failed);
}

#[test]
fn a_unit_under_run_does_not_outlive_a_reboot() {
    let path = "/run/systemd/system/sre-app.service";
    let fragment = text_file(path, Role::Fragment, "[Service]\nExecStart=/bin/a\n");
    let files = FilesFact { files: vec![fragment], ..FilesFact::default() };
    let report = file("loaded", Some("not-found"), files);
    assert_eq!((report.status, gist(&report).2), (Status::Failed, vec!["runtime-only"]));
}

#[test]
fn truths_16_33_and_34_settings_that_are_refused() {
    for (text, id) in [
        ("[Service]\nType=oneshot\nRestart=always\nExecStart=/bin/a\n", "oneshot-with-restart"),
        ("[Service]\nExecStart=/bin/a\nExecStart=/bin/b\n", "bad-setting"),
        ("[service]\nExecStart=/bin/a\n", "wrong-section"),
    ] {
        // The learner's manager may still hold the file as it was before: the twin has read it.
        for live in ["bad-setting", "loaded"] {
            let report = file(live, Some("bad-setting"), fragment(text));
            assert_eq!(report.status, Status::Failed);
            assert_eq!(gist(&report).2[0], id, "{text}");
        }
    }
}

#[test]
fn truth_30_masked_by_a_link_or_by_emptiness() {
    let report = file("masked", Some("masked"), odd(Content::Masked));
    let observed = "/etc/systemd/system/sre-app.service is a link to /dev/null: the unit is masked";
    assert_eq!(gist(&report), (Status::Failed, observed, vec!["masked"]));
    let report = file("masked", Some("masked"), odd(Content::Empty));
    let observed =
        "/etc/systemd/system/sre-app.service is empty, and systemd takes an empty unit file for a masked unit";
    assert_eq!(gist(&report), (Status::Failed, observed, vec!["zero-byte-unit"]));
}

#[test]
fn what_is_no_unit_file_has_its_sentence() {
    for (state, content, part) in [
        ("not-found", Content::NotRegular { what: "a FIFO".into() }, "is a FIFO: a unit file is a regular file"),
        ("not-found", Content::BadLink { what: "a loop of links".into() }, "is a loop of links"),
        ("masked", Content::NotRegular { what: "a device".into() }, "is a device"),
        ("bad-setting", Content::TooLarge { bytes: 1_073_741_824 }, "is 1073741824 bytes long"),
    ] {
        for twin in [Some(state), None] {
            let report = file(state, twin, odd(content.clone()));
            assert_eq!(report.status, Status::Failed);
            assert!(report.observed.contains(part), "{}", report.observed);
        }
        // Spoilt after it was loaded: seen without a twin as well.
        assert_eq!(file("loaded", None, odd(content)).status, Status::Failed);
    }
}

#[test]
fn what_could_not_be_read_is_not_a_no() {
    let closed = || odd(Content::Unreadable { why: "Permission denied".into() });
    assert_eq!(file("loaded", Some("loaded"), closed()).status, Status::Passed);
    assert_eq!(file("loaded", None, closed()).status, Status::Unknown);
}
