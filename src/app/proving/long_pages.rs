//! Finds pages of chapters that do not fit on a screen.

use crate::model::{Chapter, Tutorial};
use crate::ui::page_height;

/// The most lines of a page.
const MOST_LINES: usize = 40;
/// The width at which lines are counted.
const COLUMNS: usize = 80;

/// Returns one sentence for each page of the chapter with too many lines, with file and line.
#[must_use]
pub fn overlong_pages(tutorial: &Tutorial, chapter: &Chapter) -> Vec<String> {
    let Some(at) = tutorial.chapters.iter().position(|other| other.id == chapter.id) else { return Vec::new() };
    let mut sentences = Vec::new();
    for (index, page) in chapter.pages.iter().enumerate() {
        let rows = page_height(tutorial, at, index, COLUMNS);
        if rows > MOST_LINES {
            let place = format!("lessons/{:02}-{}.md:{}", chapter.number, chapter.id, page.line);
            let title = &page.title;
            sentences.push(format!(
                "{place}: the page {title:?} takes {rows} lines on a terminal of {COLUMNS} columns; at most {MOST_LINES}"
            ));
        }
    }
    sentences
}
