//! Looking for words: in all pages, and in the glossary.

use crate::model::{Block, Chapter, Page, Term, Tutorial};

/// A page on which a word stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The chapter's place in the tutorial.
    pub chapter: usize,
    /// The page's place in the chapter.
    pub page: usize,
    /// The line with the word, without marks.
    pub line: String,
}

/// Nobody looks further.
const MOST: usize = 50;

/// The pages that have these words in one line, in the order of reading; case does not count.
#[must_use]
pub fn find(tutorial: &Tutorial, words: &str) -> Vec<Hit> {
    let wanted = words.trim().to_lowercase();
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut hits = Vec::new();
    for (chapter, pages) in tutorial.chapters.iter().map(|chapter| &chapter.pages).enumerate() {
        for (index, page) in pages.iter().enumerate() {
            let mut lines = lines(page);
            if let Some(line) = lines.find(|line| line.to_lowercase().contains(&wanted)) {
                hits.push(Hit { chapter, page: index, line });
                if hits.len() == MOST {
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
    std::iter::once(page.title.as_str()).chain(texts.flat_map(str::lines)).map(plain)
}

/// A line without the marks of markdown.
fn plain(line: &str) -> String {
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

/// The terms of the glossary that begin with these letters, then those that have them. With no letters, all of them:
/// those that this page links to come first, then those of its chapter.
#[must_use]
pub fn terms_for<'t>(tutorial: &'t Tutorial, chapter: &Chapter, page: &Page, letters: &str) -> Vec<&'t Term> {
    let wanted = letters.trim().to_lowercase();
    let rank = |term: &Term| {
        let name = term.name.to_lowercase();
        match wanted.as_str() {
            "" if links_to(page, term) => Some(0),
            "" if chapter.pages.iter().any(|page| links_to(page, term)) => Some(1),
            "" => Some(2),
            letters if name.starts_with(letters) => Some(0),
            letters => name.contains(letters).then_some(1),
        }
    };
    let mut found: Vec<(u8, &Term)> =
        tutorial.glossary.iter().filter_map(|term| rank(term).map(|rank| (rank, term))).collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, term)| term).collect()
}

fn links_to(page: &Page, term: &Term) -> bool {
    let link = format!("glossary.md#{})", term.slug);
    page.blocks.iter().any(|block| match block {
        Block::Prose(text) => text.contains(&link),
        block => block.question().is_some_and(|asked| asked.ask.contains(&link) || asked.because.contains(&link)),
    })
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn lines_lose_their_marks() {
        for (line, text) in [
            ("> **Note** a [unit](glossary.md#unit) is `x`", "Note a unit is x"),
            ("- [a](b) and [c](d)", "a and c"),
            ("| a | b |", "a | b |"),
            ("[broken](", "broken"),
        ] {
            assert_eq!(plain(line), text);
        }
    }
}
