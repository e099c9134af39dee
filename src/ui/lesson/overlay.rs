//! The overlays on a page: table of contents, search, glossary, help, and the confirmation of a restart.

use super::input_line;
use crate::engine::session::{KEY_HELP, LineEditor, Mode, State, glossary_terms, search, table_of_contents};
use crate::model::{Style, Tutorial};
use crate::ui::markdown;

/// The rows of the current overlay. Sets `cursor` if it has a text field.
pub(super) fn rows(
    tutorial: &Tutorial,
    state: &State,
    window: usize,
    style: Style,
    cursor: &mut Option<(usize, usize)>,
) -> Vec<String> {
    match &state.mode {
        Mode::Page | Mode::Typing { .. } => Vec::new(),
        Mode::Contents { cursor } => contents_rows(tutorial, state, *cursor, window, style),
        Mode::Search { input, cursor: selected } => {
            let mut rows = text_field("Search: ", input, style, cursor);
            rows.extend(search_rows(tutorial, input, *selected, window.saturating_sub(rows.len()), style));
            rows
        }
        Mode::Glossary { input, cursor: selected } => {
            let mut rows = text_field("Glossary: ", input, style, cursor);
            rows.extend(glossary_rows(tutorial, state, input, *selected, window.saturating_sub(rows.len()), style));
            rows
        }
        Mode::Help { cursor } => visible_items(&help_items(style), *cursor, window, style),
        Mode::ConfirmRestart => {
            let text = "**Restart this chapter?** It gets a fresh sandbox, and you can answer its questions again. Your \
                        first answers still count.";
            markdown(text, style.width - 2, style.color).lines().map(|line| format!("  {line}")).collect()
        }
    }
}

/// Each key and what it does, wrapped beside it.
fn help_items(style: Style) -> Vec<Vec<String>> {
    const KEY_WIDTH: usize = 12;
    let room = style.width.saturating_sub(KEY_WIDTH + 2).max(10);
    let item = |(key, what): &(&str, &str)| {
        let lines = textwrap::wrap(what, room).into_iter().enumerate();
        lines.map(|(line, text)| format!("{:KEY_WIDTH$}{text}", if line == 0 { *key } else { "" })).collect()
    };
    KEY_HELP.iter().map(item).collect()
}

fn contents_rows(tutorial: &Tutorial, state: &State, selected: usize, window: usize, style: Style) -> Vec<String> {
    let glyphs = style.glyphs();
    let items: Vec<Vec<String>> = table_of_contents(tutorial)
        .into_iter()
        .map(|(index, page)| {
            let chapter = &tutorial.chapters[index];
            let row = match page.map(|page| &chapter.pages[page]) {
                None => {
                    let opened = chapter.pages.iter().filter(|page| state.is_opened(chapter, page)).count();
                    let read = match opened {
                        0 => String::new(),
                        all if all == chapter.pages.len() => format!("  {}", style.good(glyphs.passed)),
                        some => style.dim(&format!("  {some} of {}", chapter.pages.len())),
                    };
                    let title = format!("{} {} {}", chapter.number, glyphs.dot, chapter.title);
                    format!("{}{read}", style.bold(&title))
                }
                Some(page) => {
                    let is_opened = state.is_opened(chapter, page);
                    let mark = if is_opened { glyphs.opened_page } else { glyphs.not_started };
                    format!("   {} {}", style.dim(mark), page.title)
                }
            };
            vec![row]
        })
        .collect();
    visible_items(&items, selected, window, style)
}

fn search_rows(tutorial: &Tutorial, input: &LineEditor, selected: usize, window: usize, style: Style) -> Vec<String> {
    let hits = search(tutorial, &input.text());
    if hits.is_empty() && !input.text().trim().is_empty() {
        return vec![style.dim("  No line contains this text.")];
    }
    let items: Vec<Vec<String>> = hits
        .iter()
        .map(|hit| {
            let chapter = &tutorial.chapters[hit.chapter];
            let title = format!("{} {} {}", chapter.number, style.glyphs().dot, chapter.pages[hit.page].title);
            vec![title, format!("    {}", hit.line)]
        })
        .collect();
    visible_items(&items, selected, window, style)
}

/// The terms, and the explanation of the selected one.
fn glossary_rows(
    tutorial: &Tutorial,
    state: &State,
    input: &LineEditor,
    selected: usize,
    window: usize,
    style: Style,
) -> Vec<String> {
    let terms = glossary_terms(tutorial, state.chapter(tutorial), state.page(tutorial), &input.text());
    let Some(term) = terms.get(selected.min(terms.len().saturating_sub(1))) else {
        return vec![style.dim("  No term contains this text.")];
    };
    let explanation: Vec<String> =
        markdown(&term.text, style.width - 6, style.color).lines().map(|line| format!("    {line}")).collect();
    let items: Vec<Vec<String>> = terms
        .iter()
        .map(|other| {
            let mut rows = vec![other.name.clone()];
            if other.slug == term.slug {
                rows.extend(explanation.iter().cloned());
            }
            rows
        })
        .collect();
    visible_items(&items, selected, window, style)
}

/// A text field with its label, and an empty row. At most three rows around the cursor are shown.
fn text_field(label: &str, input: &LineEditor, style: Style, cursor: &mut Option<(usize, usize)>) -> Vec<String> {
    let (mut rows, (row, column)) = input_line::rows(&format!("  {label}"), input, style.width);
    let from = row.saturating_sub(1);
    rows = rows.into_iter().skip(from).take(3).collect();
    *cursor = Some((row - from, column));
    rows.push(String::new());
    rows
}

/// The rows of a list that fit the window, around the selected item. That item gets a pointer.
fn visible_items(items: &[Vec<String>], selected: usize, window: usize, style: Style) -> Vec<String> {
    let mut rows = Vec::new();
    let mut selected_rows = (0, 0);
    for (index, item) in items.iter().enumerate() {
        let is_selected = index == selected.min(items.len() - 1);
        let begin = rows.len();
        for (line, text) in item.iter().enumerate() {
            let has_pointer = is_selected && line == 0;
            let pointer = if has_pointer { style.glyphs().pointer } else { " " };
            let text = style.cut(text, style.width - 2);
            let text = if has_pointer { style.selected(&text) } else { text };
            rows.push(style.to_charset(format!("{pointer} {text}")));
        }
        if is_selected {
            selected_rows = (begin, rows.len());
        }
    }
    let middle = selected_rows.0 + (selected_rows.1 - selected_rows.0) / 2;
    let from = middle.saturating_sub(window / 2).min(rows.len().saturating_sub(window)).min(selected_rows.0);
    rows.into_iter().skip(from).take(window).collect()
}
