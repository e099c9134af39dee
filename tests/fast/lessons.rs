//! No page of a chapter is too long, and each recorded output belongs to its command.

use crate::common::course;
use unitlab::app::overlong_pages;

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
