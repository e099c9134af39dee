//! Every cause has a row in this test, or another test on a real systemd expects it.

use unitlab::model::Cause;

tests! {
    every_cause_has_either_a_row_or_another_test,
    each_test_listed_elsewhere_contains_its_cause,
}

/// Causes without a row, each with the test that expects it.
const TESTED_ELSEWHERE: &[(Cause, &str)] = &[
    (Cause::AccountCanLogIn, "tests/sandbox/kinds.rs"),
    (Cause::AccountInGroup, "tests/sandbox/kinds.rs"),
    (Cause::AccountIsNobody, "tests/sandbox/kinds.rs"),
    (Cause::AccountIsShared, "tests/sandbox/kinds.rs"),
    (Cause::AccountOfAPerson, "tests/sandbox/kinds.rs"),
    (Cause::BadValue, "tests/sandbox/truths/restart.rs"),
    (Cause::BootLeavesItDown, "tests/sandbox/truths/next_boot.rs"),
    (Cause::CouldNotTell, "tests/sandbox/kinds.rs"),
    (Cause::EnablesAnotherUnit, "tests/sandbox/truths/at_boot.rs"),
    (Cause::EndedByItself, "tests/sandbox/trials.rs"),
    (Cause::ExecFailed, "tests/sandbox/trials.rs"),
    (Cause::GoneAfterReboot, "tests/sandbox/kinds.rs"),
    (Cause::ListensForEverybody, "tests/sandbox/kinds.rs"),
    (Cause::ListensOnLoopbackOnly, "tests/sandbox/kinds.rs"),
    (Cause::NoAutoRestart, "tests/sandbox/trials.rs"),
    (Cause::NotEnabled, "tests/sandbox/trials.rs"),
    (Cause::NotStarted, "tests/sandbox/kinds.rs"),
    (Cause::OutputNotInJournal, "tests/sandbox/kinds.rs"),
    (Cause::PrivateNetwork, "tests/sandbox/kinds.rs"),
    (Cause::RestartNever, "tests/sandbox/trials.rs"),
    (Cause::ServiceCanWrite, "tests/sandbox/kinds.rs"),
    (Cause::SocketUnitHoldsThePort, "tests/sandbox/kinds.rs"),
    (Cause::WantedByIdleTarget, "tests/sandbox/truths/at_boot.rs"),
];

fn every_cause_has_either_a_row_or_another_test() {
    let named: Vec<&str> =
        super::all_rows().flat_map(|row| row.causes).filter_map(|cause| cause.split(' ').next()).collect();
    for cause in Cause::ALL {
        let elsewhere = TESTED_ELSEWHERE.iter().find(|(other, _)| other == cause);
        let has_row = named.contains(&cause.id());
        assert_eq!(has_row, elsewhere.is_none(), "{cause}: add a row or an entry in TESTED_ELSEWHERE, not both");
    }
}

fn each_test_listed_elsewhere_contains_its_cause() {
    for (cause, file) in TESTED_ELSEWHERE {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.contains(&format!("\"{cause}\"")), "{file} does not contain {cause}");
    }
}
