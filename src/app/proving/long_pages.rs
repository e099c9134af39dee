//! Pages of chapters that are too long to be read on a screen.

use crate::model::{Chapter, Tutorial};
use crate::ui::page_height;

/// A page is one idea.
const LONGEST: usize = 40;
/// The narrowest terminal that most people have.
const COLUMNS: usize = 80;

/// The chapter's pages that have too many lines, one sentence each, with file and line.
#[must_use]
pub fn too_long(tutorial: &Tutorial, chapter: &Chapter) -> Vec<String> {
    let Some(at) = tutorial.chapters.iter().position(|other| other.id == chapter.id) else { return Vec::new() };
    let mut sentences = Vec::new();
    for (index, page) in chapter.pages.iter().enumerate() {
        let rows = page_height(tutorial, at, index, COLUMNS);
        if rows > LONGEST {
            let place = format!("lessons/{:02}-{}.md:{}", chapter.number, chapter.id, page.line);
            let title = &page.title;
            sentences.push(format!(
                "{place}: the page {title:?} takes {rows} lines on a terminal of {COLUMNS} columns; at most {LONGEST}"
            ));
        }
    }
    sentences
}
