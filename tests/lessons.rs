//! Every command of every chapter prints what its page shows. On a real systemd it runs in order, and also alone.
//!
//! No page is too long, and each recorded output belongs to its command.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{course, test_env};
use unitlab::app::{Job, Prover, chapter_jobs, overlong_pages};
use unitlab::model::Style;
use unitlab::report::proof;

/// More than the number of cores, because a command mostly waits.
const AT_ONCE: usize = 4;

#[test]
fn every_command_prints_what_its_page_shows() {
    let Some(env) = test_env() else { return };
    let course = course();
    let jobs = chapter_jobs(&course.tutorial().chapters, false);
    let proven = Prover::new(env.lab_runner(), AT_ONCE, false).prove(&jobs, &|_| {});
    let mut table = Vec::new();
    proof(&proven, Style { width: 100, color: false, unicode: true }, &mut table).unwrap();
    assert_eq!(proven.exit_code(), 0, "\n{}", String::from_utf8_lossy(&table));
    assert_eq!(proven.cases.len(), jobs.iter().map(Job::verdicts).sum::<usize>());
}

#[test]
fn no_page_is_too_long() {
    let course = course();
    let tutorial = course.tutorial();
    assert!(tutorial.chapters.len() >= 8);
    let sentences: Vec<String> =
        tutorial.chapters.iter().flat_map(|chapter| overlong_pages(tutorial, chapter)).collect();
    assert!(sentences.is_empty(), "\n{}", sentences.join("\n"));
}

#[test]
fn every_recorded_output_belongs_to_its_command() {
    let course = course();
    for chapter in &course.tutorial().chapters {
        assert!(!chapter.recorded.is_empty(), "{} is not recorded", chapter.id);
        assert_eq!(course.record_errors(chapter), []);
    }
}
