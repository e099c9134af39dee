//! One chapter: its front matter, its pages, and what they point to.

use super::parser::ChapterParser;
use super::segments::Segment;
use super::{block, records, segments};
use crate::course::error::CourseError;
use crate::course::error::did_you_mean;
use crate::course::fields::{Fields, Source};
use crate::course::files::CourseFiles;
use crate::course::kebab::is_kebab;
use crate::course::lab_directory;
use crate::model::{Block, Chapter, Overlay, Page, slug};

/// The last page of every chapter.
const LAST: &str = "Summary";

/// A chapter and the links in it, which are checked once all chapters are read.
pub(in crate::course) struct ParsedChapter {
    pub(in crate::course) chapter: Chapter,
    /// The file's name in `lessons/`.
    pub(in crate::course) name: String,
    /// Link targets, each with its line and column.
    pub(in crate::course) links: Vec<(String, (usize, usize))>,
    /// Lab ids, each with its line and column.
    pub(in crate::course) lab_links: Vec<(String, (usize, usize))>,
}

/// `01-process-and-service.md` is chapter 1.
pub(in crate::course) fn name(file: &str) -> Option<(u32, &str)> {
    let (number, id) = file.strip_suffix(".md")?.split_once('-')?;
    let digits = number.len() == 2 && number.bytes().all(|byte| byte.is_ascii_digit());
    (digits && is_kebab(id)).then(|| Some((number.parse().ok()?, id)))?
}

/// Reads `lessons/FILE`; every mistake goes to `errors`, and what comes back is only worth using without any.
pub(in crate::course) fn read(
    tree: &CourseFiles,
    file: &str,
    scenes: &[&str],
    errors: &mut Vec<CourseError>,
) -> Option<ParsedChapter> {
    let path = format!("lessons/{file}");
    let Some((number, id)) = name(file) else {
        errors.push(CourseError::of_file(path, "is read by nothing", "name chapters 01-some-words.md"));
        return None;
    };
    let text = tree.text(&path, errors)?;
    let pieces = segments::cut(&path, text, errors)?;
    let mut reader = ChapterParser {
        file: path,
        errors,
        ids: Vec::new(),
        commands: Vec::new(),
        links: Vec::new(),
        lab_links: Vec::new(),
    };
    let pages = reader.pages(pieces.body);
    let front = reader.front(pieces.front, scenes);
    let ChapterParser { links, lab_links, errors, .. } = reader;
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
                fields.source.fault(fields.span(), format!("there are {} goals", goals.len()), "give two to five");
            }
            let goals = goals.map(|goals| goals.iter().map(|goal| (*goal.get_ref()).to_owned()).collect());
            let scene = fields.find("scene");
            let scene = scene.and_then(|value| {
                let name = fields.source.text("scene", value)?;
                if !scenes.contains(&name) {
                    let mend = did_you_mean(name, scenes);
                    fields.source.fault(value.span(), format!("there is no folder lessons/scenes/{name}"), mend);
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
        for piece in body {
            let (line, block) = match piece {
                Segment::Heading { title, line } => {
                    let title = title.replace('`', "");
                    let slug = slug(&title);
                    if pages.iter().any(|page| page.slug == slug) {
                        self.fault((line, 1), format!("a second page is called {title:?}"), "name each differently");
                    }
                    pages.push(Page { title, slug, line, blocks: Vec::new() });
                    continue;
                }
                Segment::Prose { text, line } => {
                    self.links(text, (line, 1), true);
                    (line, Some(Block::Prose(text.to_owned())))
                }
                Segment::Live { kind, body, line } => (line, block::read(self, kind, body, line)),
            };
            match (pages.last_mut(), block) {
                (Some(page), Some(block)) => page.blocks.push(block),
                (None, _) => {
                    self.fault((line, 1), "stands before the first page".into(), "begin a page with a line ## Title");
                }
                (Some(_), None) => {}
            }
        }
        match pages.last() {
            None => self.fault((1, 1), "has no page".into(), "begin a page with a line ## Title"),
            Some(page) if page.title != LAST => {
                let what = format!("the last page is called {:?}", page.title);
                self.fault((page.line, 1), what, "end every chapter with a page ## Summary");
            }
            Some(_) => {}
        }
        for page in pages.iter().filter(|page| page.blocks.is_empty()) {
            self.fault((page.line, 1), format!("the page {:?} is empty", page.title), "");
        }
        pages
    }

    fn fault(&mut self, at: (usize, usize), what: String, mend: &str) {
        self.errors.push(CourseError { at: Some(at), ..CourseError::of_file(&self.file, what, mend) });
    }
}
