//! What the keys do in a text field, a list, or a confirmation.

use super::action::Action;
use super::key::Key;
use super::key_help::KEY_HELP;
use super::line_editor::LineEditor;
use super::quiz_answer::QuizAnswer;
use super::search::{glossary_terms, search};
use super::state::{InputPurpose, Mode, table_of_contents};
use super::step::Step;

pub(super) fn press(step: &mut Step<'_>, key: Key) {
    // A key that does not set a mode closes the overlay.
    let mode = std::mem::replace(&mut step.state.mode, Mode::Page);
    if key == Key::Escape {
        return;
    }
    match mode {
        Mode::Page => {}
        Mode::Help { cursor } => match (key, move_cursor(cursor, KEY_HELP.len(), key)) {
            (Key::Enter | Key::Char('q' | '?' | 'h' | ' '), _) => {}
            (_, moved) => step.state.mode = Mode::Help { cursor: moved.unwrap_or(cursor) },
        },
        Mode::ConfirmRestart => {
            if matches!(key, Key::Char('y' | 'Y')) {
                step.restart_chapter();
            }
        }
        Mode::Typing { purpose, mut input } => {
            if key == Key::Enter {
                return submit(step, purpose, &input.text());
            }
            input.press(key);
            step.state.mode = Mode::Typing { purpose, input };
            step.scroll_to_focus();
        }
        Mode::Contents { cursor } => press_in_contents(step, cursor, key),
        Mode::Search { input, cursor } => {
            let hits = search(step.tutorial, &input.text());
            if let (Key::Enter, Some(hit)) = (key, hits.get(cursor.min(hits.len().saturating_sub(1)))) {
                step.open(hit.chapter, hit.page);
            } else {
                let (input, cursor) = press_in_list(input, cursor, hits.len(), key);
                step.state.mode = Mode::Search { input, cursor };
            }
        }
        Mode::Glossary { .. } if key == Key::Enter => {}
        Mode::Glossary { input, cursor } => {
            let (chapter, page) = (step.state.chapter(step.tutorial), step.state.page(step.tutorial));
            let terms = glossary_terms(step.tutorial, chapter, page, &input.text()).len();
            let (input, cursor) = press_in_list(input, cursor, terms, key);
            step.state.mode = Mode::Glossary { input, cursor };
        }
    }
}

fn submit(step: &mut Step<'_>, purpose: InputPurpose, text: &str) {
    match (text.trim(), purpose) {
        ("", _) => {}
        (answer, InputPurpose::Answer) => step.answer(QuizAnswer::Text(answer.to_owned())),
        (_, InputPurpose::Command) => step.run(text),
    }
}

fn press_in_contents(step: &mut Step<'_>, cursor: usize, key: Key) {
    let rows = table_of_contents(step.tutorial);
    let last = rows.len() - 1;
    let moved = match key {
        Key::Enter => {
            let (chapter, page) = rows[cursor.min(last)];
            return step.open(chapter, page.unwrap_or(0));
        }
        Key::Char('t') => return,
        Key::Char('q') => return step.emit(Action::Quit),
        Key::Char(digit @ '1'..='9') => {
            let number = digit as u32 - '0' as u32;
            let is_chapter = |(chapter, page): &(usize, Option<usize>)| {
                page.is_none() && step.tutorial.chapters[*chapter].number == number
            };
            rows.iter().position(is_chapter)
        }
        Key::Char('j') => Some((cursor + 1).min(last)),
        Key::Char('k') => Some(cursor.saturating_sub(1)),
        Key::Home => Some(0),
        Key::End => Some(last),
        key => move_cursor(cursor, rows.len(), key),
    };
    step.state.mode = Mode::Contents { cursor: moved.unwrap_or(cursor) };
}

/// Moves in a list with a text field above it, or edits the text. A changed text selects the first row.
fn press_in_list(mut input: LineEditor, cursor: usize, rows: usize, key: Key) -> (LineEditor, usize) {
    if let Some(moved) = move_cursor(cursor, rows, key) {
        return (input, moved);
    }
    let changed = input.press(key);
    (input, if changed { 0 } else { cursor })
}

/// The new cursor in a list of `rows`; none for a key that does not move it.
fn move_cursor(cursor: usize, rows: usize, key: Key) -> Option<usize> {
    let last = rows.saturating_sub(1);
    let moved = match key {
        Key::Up | Key::BackTab => cursor.saturating_sub(1),
        Key::Down | Key::Tab => cursor + 1,
        Key::PageUp => cursor.saturating_sub(10),
        Key::PageDown => cursor + 10,
        _ => return None,
    };
    Some(moved.min(last))
}
