//! Every command of every chapter prints what its page shows. On a real systemd it runs in order, and also alone.

use crate::common::{TestEnv, course};
use unitlab::app::{Job, Prover, chapter_jobs};
use unitlab::model::Style;
use unitlab::report::proof;

tests! {
    every_command_prints_what_its_page_shows,
}

/// More than the number of cores, because a command mostly waits.
const AT_ONCE: usize = 4;

fn every_command_prints_what_its_page_shows(env: TestEnv) {
    let course = course();
    let jobs = chapter_jobs(&course.tutorial().chapters, false);
    let proven = Prover::new(env.lab_runner(), AT_ONCE, false).prove(&jobs, &|_| {});
    let mut table = Vec::new();
    proof(&proven, Style { width: 100, color: false, unicode: true }, &mut table).unwrap();
    assert_eq!(proven.exit_code(), 0, "\n{}", String::from_utf8_lossy(&table));
    assert_eq!(proven.cases.len(), jobs.iter().map(Job::verdicts).sum::<usize>());
}
