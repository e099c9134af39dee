//! Full-text search in the pages, and lookup in the glossary.

use crate::model::{Block, Chapter, GlossaryTerm, Page, Tutorial};

/// A page that contains the query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SearchHit {
    /// Index of the chapter in the tutorial.
    pub(crate) chapter: usize,
    /// Index of the page in the chapter.
    pub(crate) page: usize,
    /// The first line that contains the query, without markdown.
    pub(crate) line: String,
}

/// Search stops after this many pages.
const MAX_HITS: usize = 50;

/// Returns the pages with a line that contains `query`, in reading order; case is ignored.
pub(crate) fn search(tutorial: &Tutorial, query: &str) -> Vec<SearchHit> {
    let wanted = query.trim().to_lowercase();
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut hits = Vec::new();
    for (chapter, pages) in tutorial.chapters.iter().map(|chapter| &chapter.pages).enumerate() {
        for (index, page) in pages.iter().enumerate() {
            let mut lines = lines(page);
            if let Some(line) = lines.find(|line| line.to_lowercase().contains(&wanted)) {
                hits.push(SearchHit { chapter, page: index, line });
                if hits.len() == MAX_HITS {
                    return hits;
                }
            }
        }
    }
    hits
}

fn lines(page: &Page) -> impl Iterator<Item = String> {
    let texts = page.blocks.iter().flat_map(|block| match block {
        Block::Prose(text) => vec![text.as_str()],
        block => {
            let question = block.question().map_or(vec![], |question| vec![&*question.ask, &*question.because]);
            let command = block.command().map(|command| command.run.as_str());
            question.into_iter().chain(command).collect()
        }
    });
    std::iter::once(page.title.as_str()).chain(texts.flat_map(str::lines)).map(strip_markdown)
}

/// Removes the markdown marks from a line.
fn strip_markdown(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line.trim_start_matches(['#', '>', '-', ' ', '|']);
    while let Some(open) = rest.find("](") {
        let (text, target) = rest.split_at(open);
        plain.push_str(text);
        rest = target.find(')').map_or("", |close| &target[close + 1..]);
    }
    plain.push_str(rest);
    plain.retain(|character| !['*', '`', '['].contains(&character));
    plain.trim().to_owned()
}

/// Returns the terms whose names start with `query`, then those that contain it.
///
/// If `query` is empty, returns all terms: those linked from this page first, then those linked from the chapter.
pub(crate) fn glossary_terms<'t>(
    tutorial: &'t Tutorial,
    chapter: &Chapter,
    page: &Page,
    query: &str,
) -> Vec<&'t GlossaryTerm> {
    let wanted = query.trim().to_lowercase();
    let rank = |term: &GlossaryTerm| {
        let name = term.name.to_lowercase();
        match wanted.as_str() {
            "" if links_to(page, term) => Some(0),
            "" if chapter.pages.iter().any(|page| links_to(page, term)) => Some(1),
            "" => Some(2),
            query if name.starts_with(query) => Some(0),
            query => name.contains(query).then_some(1),
        }
    };
    let mut found: Vec<(u8, &GlossaryTerm)> =
        tutorial.glossary.iter().filter_map(|term| rank(term).map(|rank| (rank, term))).collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, term)| term).collect()
}

fn links_to(page: &Page, term: &GlossaryTerm) -> bool {
    let link = format!("glossary.md#{})", term.slug);
    page.blocks.iter().any(|block| match block {
        Block::Prose(text) => text.contains(&link),
        block => block.question().is_some_and(|asked| asked.ask.contains(&link) || asked.because.contains(&link)),
    })
}

#[cfg(test)]
mod tests {
    use super::strip_markdown;

    #[test]
    fn markdown_is_removed_from_a_line() {
        for (line, text) in [
            ("> **Note** a [unit](glossary.md#unit) is `x`", "Note a unit is x"),
            ("- [a](b) and [c](d)", "a and c"),
            ("| a | b |", "a | b |"),
            ("[broken](", "broken"),
        ] {
            assert_eq!(strip_markdown(line), text);
        }
    }
}
