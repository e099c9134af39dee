//! The state of parsing one chapter: its errors, ids, commands and links so far.

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag};

use crate::course::error::CourseError;
use crate::course::position::Position;

pub(super) struct ChapterParser<'e> {
    pub(super) file: String,
    /// The text of the whole file.
    pub(super) text: &'e str,
    pub(super) errors: &'e mut Vec<CourseError>,
    /// The ids of the blocks so far.
    pub(super) ids: Vec<String>,
    /// The ids of the blocks so far that run a command.
    pub(super) commands: Vec<String>,
    /// Link targets, each with its position.
    pub(super) links: Vec<(String, Position)>,
    /// Lab ids, each with its position.
    pub(super) lab_links: Vec<(String, Position)>,
}

impl ChapterParser<'_> {
    /// Collects the links of a markdown text; `at` returns the position of a link by its range in the text.
    pub(super) fn links(&mut self, text: &str, at: impl Fn(Range<usize>) -> Position) {
        for (event, span) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
            if let Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) = event {
                self.links.push((dest_url.to_string(), at(span)));
            }
        }
    }
}
