//! Reads one chapter: its front matter, its pages, and their links.

use super::parser::ChapterParser;
use super::segments::Segment;
use super::{block, records, segments};
use crate::course::error::{CourseError, did_you_mean};
use crate::course::fields::{Fields, Source};
use crate::course::files::CourseFiles;
use crate::course::kebab::is_kebab;
use crate::course::lab_directory;
use crate::course::position::Position;
use crate::model::{Block, Chapter, Overlay, Page, slug};

/// The title of the last page of every chapter.
const SUMMARY: &str = "Summary";

/// A chapter and its links, which are checked once all chapters are read.
pub(in crate::course) struct ParsedChapter {
    pub(in crate::course) chapter: Chapter,
    /// The file's name in `lessons/`.
    pub(in crate::course) name: String,
    /// Link targets, each with its position.
    pub(in crate::course) links: Vec<(String, Position)>,
    /// Lab ids, each with its position.
    pub(in crate::course) lab_links: Vec<(String, Position)>,
}

/// Returns number and id of a chapter by its file name: `01-process-and-service.md`.
fn number_and_id(file: &str) -> Option<(u32, &str)> {
    let (number, id) = file.strip_suffix(".md")?.split_once('-')?;
    let digits = number.len() == 2 && number.bytes().all(|byte| byte.is_ascii_digit());
    (digits && is_kebab(id)).then(|| Some((number.parse().ok()?, id)))?
}

/// Reads `lessons/FILE`. Adds to `errors`; the result is only valid if nothing was added.
pub(in crate::course) fn read(
    tree: &CourseFiles,
    file: &str,
    scenes: &[&str],
    errors: &mut Vec<CourseError>,
) -> Option<ParsedChapter> {
    let path = format!("lessons/{file}");
    let Some((number, id)) = number_and_id(file) else {
        errors.push(CourseError::of_file(path, "unexpected file", "name chapters like 01-some-words.md"));
        return None;
    };
    let text = tree.text(&path, errors)?;
    let segments = segments::split(&path, text, errors)?;
    let mut parser = ChapterParser {
        file: path,
        text,
        errors,
        ids: Vec::new(),
        commands: Vec::new(),
        links: Vec::new(),
        lab_links: Vec::new(),
    };
    let pages = parser.pages(segments.body);
    let front = parser.front(segments.front, scenes);
    let ChapterParser { links, lab_links, errors, .. } = parser;
    let (title, minutes, goals, scene) = front?;
    let scene = scene.map_or_else(Overlay::default, |name| {
        lab_directory::overlay(tree, &format!("lessons/scenes/{name}"), "setup.sh", errors)
    });
    let recorded = records::read(tree, id, errors);
    let chapter = Chapter { id: id.to_owned(), number, title, minutes, goals, scene, pages, recorded };
    Some(ParsedChapter { chapter, name: file.to_owned(), links, lab_links })
}

/// Title, minutes, goals and the name of the scene.
type Front = (String, u32, Vec<String>, Option<String>);

impl ChapterParser<'_> {
    fn front(&mut self, text: &str, scenes: &[&str]) -> Option<Front> {
        let (mut source, table) = Source::parse_part(&self.file, text, 1);
        let front = table.and_then(|table| {
            let mut fields = Fields::new(&mut source, &table, 0..0);
            let title = fields.need_text("title").map(str::to_owned);
            let minutes = fields.need_count("minutes", 1..=60);
            let goals = fields.need_words("goals");
            if let Some(goals) = &goals
                && !(2..=5).contains(&goals.len())
            {
                fields.source.report(
                    fields.span(),
                    format!("the number of goals is {}", goals.len()),
                    "give two to five",
                );
            }
            let goals = goals.map(|goals| goals.iter().map(|goal| (*goal.get_ref()).to_owned()).collect());
            let scene = fields.find("scene");
            let scene = scene.and_then(|value| {
                let name = fields.source.text("scene", value)?;
                if !scenes.contains(&name) {
                    let fix = did_you_mean(name, scenes);
                    fields.source.report(value.span(), format!("there is no directory lessons/scenes/{name}"), fix);
                }
                Some(name.to_owned())
            });
            fields.finish();
            Some((title?, minutes?, goals?, scene))
        });
        self.errors.append(&mut source.errors);
        front
    }

    fn pages(&mut self, body: Vec<Segment<'_>>) -> Vec<Page> {
        let mut pages: Vec<Page> = Vec::new();
        for segment in body {
            let (line, block) = match segment {
                Segment::Heading { title, line } => {
                    let title = title.replace('`', "");
                    let slug = slug(&title);
                    if pages.iter().any(|page| page.slug == slug) {
                        let what = format!("another page already has the title {title:?}");
                        self.report(line, what, "give each page its own title");
                    }
                    pages.push(Page { title, slug, line, blocks: Vec::new() });
                    continue;
                }
                Segment::Prose { text, line } => {
                    self.links(text, |span| Position::of(text, span).below(line - 1));
                    (line, Some(Block::Prose(text.to_owned())))
                }
                Segment::Live { kind, body, line } => (line, block::read(self, kind, body, line)),
            };
            match (pages.last_mut(), block) {
                (Some(page), Some(block)) => page.blocks.push(block),
                (None, _) => {
                    self.report(line, "this comes before the first page".into(), "begin a page with a line ## Title");
                }
                (Some(_), None) => {}
            }
        }
        match pages.last() {
            None => self.report(1, "the chapter has no page".into(), "begin a page with a line ## Title"),
            Some(page) if page.title != SUMMARY => {
                let what = format!("the last page has the title {:?}", page.title);
                self.report(page.line, what, "end every chapter with a page ## Summary");
            }
            Some(_) => {}
        }
        for page in pages.iter().filter(|page| page.blocks.is_empty()) {
            self.report(page.line, format!("the page {:?} is empty", page.title), "write its text, or remove it");
        }
        pages
    }

    fn report(&mut self, line: usize, what: String, fix: &str) {
        self.errors.push(CourseError::at(&self.file, Position::of_line(self.text, line), what, fix));
    }
}
