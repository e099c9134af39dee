//! Every command of every chapter prints what its page says, run in order and alone on a real systemd; no page is too
//! long; every record is that of its command.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{course, test_env};
use unitlab::app::{Job, Prover, chapter_jobs, overlong_pages};
use unitlab::model::Style;
use unitlab::report::proof;

/// More than cores, since most of a command is waiting.
const AT_ONCE: usize = 4;

#[test]
fn every_command_prints_what_its_page_says() {
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
fn every_record_is_that_of_its_command() {
    let course = course();
    for chapter in &course.tutorial().chapters {
        assert!(!chapter.recorded.is_empty(), "{} is not recorded", chapter.id);
        assert_eq!(course.record_errors(chapter), []);
    }
}
