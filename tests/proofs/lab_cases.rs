//! Proves the labs: the untouched scene does not pass, right answers earn full marks, each mistake fails exactly the
//! expected checks, and each mutant fails a check.
//!
//! This runs for every change: all cases of all labs, with one seed, and the mutants of `sre-app`. `scripts/prove.sh` also
//! proves the other mutants.

use crate::common::{TestEnv, course};
use unitlab::app::{Job, Prover, default_parallel, lab_jobs};
use unitlab::model::Style;
use unitlab::report::proof;

tests! {
    every_case_and_mutant_has_the_expected_result,
}

fn every_case_and_mutant_has_the_expected_result(env: TestEnv) {
    let course = course();
    let ids = course.labs().iter().map(|folder| &folder.lab.id);
    let labs: Vec<_> = ids.map(|id| course.seeded_variants(id).unwrap().remove(0)).collect();
    let is_selected = |job: &Job<'_>| {
        let lab = labs.iter().find(|lab| job.is_case_of(&lab.lab.id));
        lab.is_some_and(|lab| lab.lab.id == "sre-app" || lab.mutants.iter().all(|mutant| mutant.name != job.name()))
    };
    let jobs: Vec<Job<'_>> = lab_jobs(labs.iter().map(|lab| &**lab)).into_iter().filter(is_selected).collect();
    let runner = env.lab_runner();
    let parallel = default_parallel(&runner.estate);
    let proven = Prover::new(runner, parallel, false).prove(&jobs, &|_| {});
    let mut table = Vec::new();
    proof(&proven, Style { width: 100, color: false, unicode: true }, &mut table).unwrap();
    assert_eq!(proven.exit_code(), 0, "\n{}", String::from_utf8_lossy(&table));
    assert_eq!(proven.cases.len(), jobs.len());
}
