//! What the keys do while something lies over the page: a line to type, a list, a question.

use super::event::{Action, Key};
use super::find::{find, terms_for};
use super::given::Given;
use super::help::KEYS;
use super::keys::restart;
use super::state::{Mode, Purpose, contents};
use super::step::Turn;

pub(super) fn press(turn: &mut Turn<'_>, key: Key) {
    let mode = std::mem::replace(&mut turn.state.mode, Mode::Page);
    if key == Key::Escape {
        return;
    }
    match mode {
        Mode::Page => {}
        Mode::Help { cursor } => match (key, moved(cursor, KEYS.len(), key)) {
            (Key::Enter | Key::Char('q' | '?' | 'h' | ' '), _) => {}
            (_, to) => turn.state.mode = Mode::Help { cursor: to.unwrap_or(cursor) },
        },
        Mode::Restart => {
            if matches!(key, Key::Char('y' | 'Y')) {
                restart(turn);
            }
        }
        Mode::Typing { purpose, mut entry } => {
            if key == Key::Enter {
                return handed_in(turn, purpose, &entry.text());
            }
            entry.press(key);
            turn.state.mode = Mode::Typing { purpose, entry };
            turn.follow();
        }
        Mode::Contents { cursor } => choose_page(turn, cursor, key),
        Mode::Search { mut entry, cursor } => {
            let hits = find(turn.tutorial, &entry.text());
            match (key, moved(cursor, hits.len(), key)) {
                (Key::Enter, _) if !hits.is_empty() => {
                    let hit = &hits[cursor.min(hits.len() - 1)];
                    turn.open(hit.chapter, hit.page);
                }
                (_, Some(cursor)) => turn.state.mode = Mode::Search { entry, cursor },
                (key, None) => {
                    let changed = entry.press(key);
                    turn.state.mode = Mode::Search { entry, cursor: if changed { 0 } else { cursor } };
                }
            }
        }
        Mode::Glossary { mut entry, cursor } => {
            let (chapter, page) = (turn.state.chapter(turn.tutorial), turn.state.page(turn.tutorial));
            let terms = terms_for(turn.tutorial, chapter, page, &entry.text()).len();
            match (key, moved(cursor, terms, key)) {
                (Key::Enter, _) => {}
                (_, Some(cursor)) => turn.state.mode = Mode::Glossary { entry, cursor },
                (key, None) => {
                    let changed = entry.press(key);
                    turn.state.mode = Mode::Glossary { entry, cursor: if changed { 0 } else { cursor } };
                }
            }
        }
    }
}

fn handed_in(turn: &mut Turn<'_>, purpose: Purpose, text: &str) {
    match (text.trim(), purpose) {
        ("", _) => {}
        (answer, Purpose::Answer) => turn.answer(Given::Text(answer.to_owned())),
        (_, Purpose::Command) => turn.run(text),
    }
}

fn choose_page(turn: &mut Turn<'_>, cursor: usize, key: Key) {
    let rows = contents(turn.tutorial);
    if let Some(cursor) = moved(cursor, rows.len(), key) {
        turn.state.mode = Mode::Contents { cursor };
        return;
    }
    match key {
        Key::Enter => {
            let (chapter, page) = rows[cursor.min(rows.len() - 1)];
            turn.open(chapter, page.unwrap_or(0));
        }
        Key::Char('t') => {}
        Key::Char('q') => turn.act(Action::Quit),
        // A number goes to its chapter.
        Key::Char(digit @ '1'..='9') => {
            let number = digit as u32 - '0' as u32;
            let found = rows
                .iter()
                .position(|(chapter, page)| page.is_none() && turn.tutorial.chapters[*chapter].number == number);
            turn.state.mode = Mode::Contents { cursor: found.unwrap_or(cursor) };
        }
        Key::Char('j') => turn.state.mode = Mode::Contents { cursor: (cursor + 1).min(rows.len() - 1) },
        Key::Char('k') => turn.state.mode = Mode::Contents { cursor: cursor.saturating_sub(1) },
        Key::Home => turn.state.mode = Mode::Contents { cursor: 0 },
        Key::End => turn.state.mode = Mode::Contents { cursor: rows.len() - 1 },
        _ => turn.state.mode = Mode::Contents { cursor },
    }
}

/// Where a key that moves in lists puts the cursor; none for other keys.
fn moved(cursor: usize, rows: usize, key: Key) -> Option<usize> {
    let last = rows.saturating_sub(1);
    let to = match key {
        Key::Up | Key::BackTab => cursor.saturating_sub(1),
        Key::Down | Key::Tab => cursor + 1,
        Key::PageUp => cursor.saturating_sub(10),
        Key::PageDown => cursor + 10,
        _ => return None,
    };
    Some(to.min(last))
}
