//! Every cause has a row in this test, or another test on a real systemd expects it.

use unitlab::model::Cause;

/// Causes without a row, each with the test that expects it.
const TESTED_ELSEWHERE: &[(Cause, &str)] = &[
    (Cause::AccountCanLogIn, "tests/kinds.rs"),
    (Cause::AccountInGroup, "tests/kinds.rs"),
    (Cause::AccountIsNobody, "tests/kinds.rs"),
    (Cause::AccountIsShared, "tests/kinds.rs"),
    (Cause::AccountOfAPerson, "tests/kinds.rs"),
    (Cause::BadValue, "tests/truths/restart.rs"),
    (Cause::BootLeavesItDown, "tests/truths/next_boot.rs"),
    (Cause::CouldNotTell, "tests/kinds.rs"),
    (Cause::EnablesAnotherUnit, "tests/truths/at_boot.rs"),
    (Cause::EndedByItself, "tests/trials.rs"),
    (Cause::ExecFailed, "tests/trials.rs"),
    (Cause::GoneAfterReboot, "tests/kinds.rs"),
    (Cause::ListensForEverybody, "tests/kinds.rs"),
    (Cause::ListensOnLoopbackOnly, "tests/kinds.rs"),
    (Cause::NoAutoRestart, "tests/trials.rs"),
    (Cause::NotEnabled, "tests/trials.rs"),
    (Cause::NotStarted, "tests/kinds.rs"),
    (Cause::OutputNotInJournal, "tests/kinds.rs"),
    (Cause::PrivateNetwork, "tests/kinds.rs"),
    (Cause::RestartNever, "tests/trials.rs"),
    (Cause::ServiceCanWrite, "tests/kinds.rs"),
    (Cause::SocketUnitHoldsThePort, "tests/kinds.rs"),
    (Cause::WantedByIdleTarget, "tests/truths/at_boot.rs"),
];

#[test]
fn every_cause_has_either_a_row_or_another_test() {
    let named: Vec<&str> =
        super::all_rows().flat_map(|row| row.causes).filter_map(|cause| cause.split(' ').next()).collect();
    for cause in Cause::ALL {
        let elsewhere = TESTED_ELSEWHERE.iter().find(|(other, _)| other == cause);
        let has_row = named.contains(&cause.id());
        assert_eq!(has_row, elsewhere.is_none(), "{cause}: add a row or an entry in TESTED_ELSEWHERE, not both");
    }
}

#[test]
fn each_test_listed_elsewhere_contains_its_cause() {
    for (cause, file) in TESTED_ELSEWHERE {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.contains(&format!("\"{cause}\"")), "{file} does not contain {cause}");
    }
}
