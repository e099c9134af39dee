//! Every lab is proven by the prover: untouched it is not passed, the solution and every other right answer earn full
//! marks, each mistake is caught by exactly the checks that are meant to catch it, and no mutant goes unnoticed.
//!
//! This is the share of it that runs for every change: each case of each lab, those that differ from learner to learner with
//! one seed, and the mutants of `sre-app`. `scripts/prove.sh` proves the rest as well.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{course, home};
use unitlab::app::{Job, Prover, plan};
use unitlab::model::Style;
use unitlab::report::proof;

/// More than cores, since most of a case is waiting.
const AT_ONCE: usize = 4;

#[test]
fn every_case_and_every_mutant_comes_out_as_it_must() {
    let Some(home) = home() else { return };
    let course = course();
    let ids = course.labs().iter().map(|folder| &folder.lab.id);
    let labs: Vec<_> = ids.map(|id| course.seeded_variants(id).unwrap().remove(0)).collect();
    let in_share = |job: &Job<'_>| {
        let lab = labs.iter().find(|lab| job.is_of(&lab.lab.id));
        lab.is_some_and(|lab| lab.lab.id == "sre-app" || lab.mutants.iter().all(|mutant| mutant.name != job.name()))
    };
    let jobs: Vec<Job<'_>> = plan(labs.iter().map(|lab| &**lab)).into_iter().filter(in_share).collect();
    let proven = Prover::new(home.lab_runner(), AT_ONCE, false).prove(&jobs, &|_| {});
    let mut table = Vec::new();
    proof(&proven, Style { width: 100, color: false, unicode: true }, &mut table).unwrap();
    assert_eq!(proven.exit_code(), 0, "\n{}", String::from_utf8_lossy(&table));
    assert_eq!(proven.cases.len(), jobs.len());
}
