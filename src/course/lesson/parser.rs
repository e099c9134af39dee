//! The state of parsing one chapter: its errors, ids, commands and links so far.

use pulldown_cmark::{Event, Options, Parser, Tag};

use crate::course::error::CourseError;
use crate::course::files::position;

pub(super) struct ChapterParser<'e> {
    pub(super) file: String,
    pub(super) errors: &'e mut Vec<CourseError>,
    /// The ids of the blocks so far.
    pub(super) ids: Vec<String>,
    /// The ids of the blocks so far that run a command.
    pub(super) commands: Vec<String>,
    /// Link targets, each with its line and column.
    pub(super) links: Vec<(String, (usize, usize))>,
    /// Lab ids, each with its line and column.
    pub(super) lab_links: Vec<(String, (usize, usize))>,
}

impl ChapterParser<'_> {
    /// Collects the links of a markdown text that begins at `at`. If `verbatim`, the text is in the file as it is, and
    /// each link gets its own position.
    pub(super) fn links(&mut self, text: &str, at: (usize, usize), verbatim: bool) {
        for (event, span) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
            if let Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) = event {
                let (line, column) = position(text, span.start);
                let at = if verbatim { (at.0 + line - 1, column) } else { at };
                self.links.push((dest_url.to_string(), at));
            }
        }
    }
}
