//! What lies over the page: contents, search, glossary, help.

use super::brush::Brush;
use super::entry;
use crate::engine::session::{Entry, KEYS, Mode, State, contents, find, terms_for};
use crate::model::Tutorial;
use crate::ui::markdown;

/// The rows of the list that is open; `cursor` says where something is typed.
pub(super) fn rows(
    tutorial: &Tutorial,
    state: &State,
    window: usize,
    brush: Brush,
    cursor: &mut Option<(usize, usize)>,
) -> Vec<String> {
    match &state.mode {
        Mode::Page | Mode::Typing { .. } => Vec::new(),
        Mode::Contents { cursor } => contents_rows(tutorial, state, *cursor, window, brush),
        Mode::Search { entry, cursor: chosen } => {
            let mut rows = asked("Search: ", entry, brush, cursor);
            let hits = find(tutorial, &entry.text());
            if hits.is_empty() && !entry.text().trim().is_empty() {
                rows.push(brush.dim("  No page has these words on one line."));
            }
            let listed = hits.iter().map(|hit| {
                let chapter = &tutorial.chapters[hit.chapter];
                (format!("{} · {}", chapter.number, chapter.pages[hit.page].title), hit.line.clone())
            });
            let listed: Vec<Vec<String>> = listed.map(|(title, line)| vec![title, format!("    {line}")]).collect();
            rows.extend(windowed(&listed, *chosen, window.saturating_sub(rows.len()), brush));
            rows
        }
        Mode::Glossary { entry, cursor: chosen } => {
            glossary_rows(tutorial, state, entry, *chosen, window, brush, cursor)
        }
        Mode::Help { cursor } => windowed(&help(brush), *cursor, window, brush),
        Mode::Restart => {
            let text = "**Begin this chapter anew?** Its sandbox is made fresh and its questions are asked again. What you \
                        answered first is still what counts.";
            markdown(text, brush.width - 2, brush.color).lines().map(|line| format!("  {line}")).collect()
        }
    }
}

/// Each key, and behind it what it does, on as many rows as that takes.
fn help(brush: Brush) -> Vec<Vec<String>> {
    const WIDE: usize = 12;
    let room = brush.width.saturating_sub(WIDE + 2).max(10);
    let item = |(key, what): &(&str, &str)| {
        let lines = textwrap::wrap(what, room).into_iter().enumerate();
        lines.map(|(line, text)| format!("{:WIDE$}{text}", if line == 0 { *key } else { "" })).collect()
    };
    KEYS.iter().map(item).collect()
}

fn contents_rows(tutorial: &Tutorial, state: &State, chosen: usize, window: usize, brush: Brush) -> Vec<String> {
    let listed: Vec<Vec<String>> = contents(tutorial)
        .into_iter()
        .map(|(index, page)| {
            let chapter = &tutorial.chapters[index];
            let row = match page.map(|page| &chapter.pages[page]) {
                None => {
                    let opened = chapter.pages.iter().filter(|page| state.is_opened(chapter, page)).count();
                    let read = match opened {
                        0 => String::new(),
                        all if all == chapter.pages.len() => format!("  {}", brush.good(brush.sign("✓", "+"))),
                        some => brush.dim(&format!("  {some} of {}", chapter.pages.len())),
                    };
                    let title = format!("{} · {}", chapter.number, chapter.title);
                    format!("{}{read}", brush.bold(&title))
                }
                Some(page) => {
                    let sign =
                        if state.is_opened(chapter, page) { brush.sign("●", "*") } else { brush.sign("○", ".") };
                    format!("   {} {}", brush.dim(sign), page.title)
                }
            };
            vec![row]
        })
        .collect();
    windowed(&listed, chosen, window, brush)
}

fn glossary_rows(
    tutorial: &Tutorial,
    state: &State,
    entry: &Entry,
    chosen: usize,
    window: usize,
    brush: Brush,
    cursor: &mut Option<(usize, usize)>,
) -> Vec<String> {
    let mut rows = asked("Glossary: ", entry, brush, cursor);
    let terms = terms_for(tutorial, state.chapter(tutorial), state.page(tutorial), &entry.text());
    let Some(term) = terms.get(chosen.min(terms.len().saturating_sub(1))) else {
        rows.push(brush.dim("  No term has these letters."));
        return rows;
    };
    let said: Vec<String> =
        markdown(&term.text, brush.width - 6, brush.color).lines().map(|line| format!("    {line}")).collect();
    let listed: Vec<Vec<String>> = terms
        .iter()
        .map(|other| {
            let mut rows = vec![other.name.clone()];
            if other.slug == term.slug {
                rows.extend(said.iter().cloned());
            }
            rows
        })
        .collect();
    rows.extend(windowed(&listed, chosen, window.saturating_sub(rows.len()), brush));
    rows
}

/// The line in which something is asked for, and an empty one.
fn asked(prompt: &str, entry: &Entry, brush: Brush, cursor: &mut Option<(usize, usize)>) -> Vec<String> {
    let (mut rows, (row, column)) = entry::rows(&format!("  {prompt}"), entry, brush.width);
    // Of what is very long, the part around the cursor leaves room for what is found.
    let from = row.saturating_sub(1);
    rows = rows.into_iter().skip(from).take(3).collect();
    *cursor = Some((row - from, column));
    rows.push(String::new());
    rows
}

/// The part of a list that has the chosen item in it, which is marked.
fn windowed(items: &[Vec<String>], chosen: usize, window: usize, brush: Brush) -> Vec<String> {
    let mut rows = Vec::new();
    let mut chosen_rows = (0, 0);
    for (index, item) in items.iter().enumerate() {
        let is_chosen = index == chosen.min(items.len() - 1);
        let begin = rows.len();
        for (line, text) in item.iter().enumerate() {
            let mark = if is_chosen && line == 0 { brush.sign("▸", ">") } else { " " };
            let text = brush.cut(text, brush.width - 2);
            let text = if is_chosen && line == 0 { brush.chosen(&text) } else { text };
            rows.push(brush.shown(format!("{mark} {text}")));
        }
        if is_chosen {
            chosen_rows = (begin, rows.len());
        }
    }
    let middle = chosen_rows.0 + (chosen_rows.1 - chosen_rows.0) / 2;
    let from = middle.saturating_sub(window / 2).min(rows.len().saturating_sub(window)).min(chosen_rows.0);
    rows.into_iter().skip(from).take(window).collect()
}
