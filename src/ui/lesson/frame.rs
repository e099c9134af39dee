//! One screen of the tutorial: head, window, foot.

use console::measure_text_width;

use super::brush::Brush;
use super::compose::{Composed, compose};
use super::lists;
use crate::engine::session::{Layout, Mode, Purpose, Sandbox, State};
use crate::model::{Block, Form, Tutorial};

/// A lab, as its door tells of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LabSign<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its title.
    pub title: &'a str,
    /// How long it takes.
    pub minutes: u32,
    /// The best score so far, in percent.
    pub best: Option<u32>,
}

/// The labs of a course.
pub(super) type Labs<'a> = [LabSign<'a>];

/// Everything that is on the screen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frame {
    /// From top to bottom, styled.
    pub rows: Vec<String>,
    /// Row and column of the cursor, where something is typed.
    pub cursor: Option<(usize, usize)>,
}

/// Rows of the head and of the foot.
const HEAD: usize = 2;
const FOOT: usize = 2;

/// Draws a sitting on so many rows, and tells how its page lies in the window. Where the page does not lie as the sitting
/// thinks, it has to be told, and be drawn again.
#[must_use]
pub fn frame(tutorial: &Tutorial, state: &State, labs: &[LabSign<'_>], height: usize, brush: Brush) -> (Frame, Layout) {
    let window = height.saturating_sub(HEAD + FOOT).max(1);
    let composed = compose(tutorial, state, labs, brush);
    let layout = composed.layout(window);
    let mut frame = Frame::default();
    frame.rows.extend(head(tutorial, state, brush));
    let body = match &state.mode {
        Mode::Page | Mode::Typing { .. } => page(&composed, state, window, &mut frame),
        _ => lists::rows(tutorial, state, window, brush, &mut frame.cursor),
    };
    frame.cursor = frame.cursor.filter(|(row, _)| *row < window).map(|(row, column)| (row + HEAD, column));
    frame.rows.extend(body);
    frame.rows.resize(HEAD + window, String::new());
    let below = layout.total.saturating_sub(state.scroll + window);
    frame.rows.push(brush.shown(foot_rule(state, below, brush)));
    frame.rows.push(brush.shown(keys(tutorial, state, below, brush)));
    frame.rows.truncate(height);
    (frame, layout)
}

fn page(composed: &Composed, state: &State, window: usize, frame: &mut Frame) -> Vec<String> {
    frame.cursor = composed.cursor.and_then(|(row, column)| Some((row.checked_sub(state.scroll)?, column)));
    composed.rows.iter().skip(state.scroll).take(window).cloned().collect()
}

fn head(tutorial: &Tutorial, state: &State, brush: Brush) -> Vec<String> {
    let chapter = state.chapter(tutorial);
    let dots: String = (0..chapter.pages.len())
        .map(|page| match page {
            _ if page == state.page => brush.sign("◆", "#"),
            _ if state.is_opened(chapter, &chapter.pages[page]) => brush.sign("●", "*"),
            _ => brush.sign("○", "."),
        })
        .collect();
    let place = format!("{dots} {}/{}", state.page + 1, chapter.pages.len());
    let room = brush.width.saturating_sub(measure_text_width(&place) + 2);
    let title = brush.cut(&format!("{} · {}", chapter.number, chapter.title), room);
    let gap = brush.width.saturating_sub(measure_text_width(&title) + measure_text_width(&place));
    let line = format!("{}{}{}", brush.strong(&title), " ".repeat(gap), brush.dim(&place));
    vec![brush.shown(line), brush.rule("", "")]
}

fn foot_rule(state: &State, below: usize, brush: Brush) -> String {
    let reading = matches!(state.mode, Mode::Page | Mode::Typing { .. });
    let left = if !state.notice.is_empty() {
        brush.accent(&brush.cut(&state.notice, brush.width.saturating_sub(8)))
    } else if reading && below > 0 {
        brush.accent(&format!("{} {below} more", brush.sign("↓", "v")))
    } else {
        String::new()
    };
    let right = match &state.sandbox {
        Sandbox::None => String::new(),
        Sandbox::Booting => format!("sandbox boots{}", brush.sign("…", "...")),
        Sandbox::Up { systemd } if systemd.is_empty() => "sandbox up".into(),
        Sandbox::Up { systemd } => format!("systemd {systemd}"),
        Sandbox::Locked => "sandbox: sudo asks first".into(),
        Sandbox::Impossible { .. } => "no sandbox here".into(),
    };
    let fits = measure_text_width(&left) + right.len() + 10 <= brush.width;
    brush.rule(&left, &if fits { brush.dim(&right) } else { String::new() })
}

/// The keys that matter now, as many as there is room for.
fn keys(tutorial: &Tutorial, state: &State, below: usize, brush: Brush) -> String {
    let mut keys: Vec<(&str, &str)> = match &state.mode {
        Mode::Page => page_keys(tutorial, state, below),
        Mode::Typing { purpose: Purpose::Answer, .. } => vec![("Enter", "hand it in"), ("Esc", "not now")],
        Mode::Typing { purpose: Purpose::Command, .. } => vec![("Enter", "run it"), ("Esc", "as it was")],
        Mode::Contents { .. } => vec![("Enter", "go there"), ("↑↓", "choose"), ("1-9", "chapter"), ("Esc", "back")],
        Mode::Search { .. } => vec![("Enter", "go there"), ("↑↓", "choose"), ("Esc", "back")],
        Mode::Glossary { .. } | Mode::Help { .. } => vec![("↑↓", "choose"), ("Esc", "back")],
        Mode::Restart => vec![("y", "begin anew"), ("Esc", "no")],
    };
    let general = [("n", "next"), ("p", "back"), ("t", "contents"), ("?", "keys"), ("q", "quit")];
    if state.mode != Mode::Page {
        return key_line(&keys, brush);
    }
    // Where room is short, those go first whose loss is the smallest: the help tells of them.
    let own = keys.len();
    keys.extend(general);
    for least in ["p", "t", "n", "q"] {
        if key_width(&keys) <= brush.width {
            break;
        }
        keys.retain(|(key, _)| *key != least);
    }
    while key_width(&keys) > brush.width && own > 1 && keys.len() > 2 {
        keys.remove(keys.len() - 2);
    }
    key_line(&keys, brush)
}

fn key_width(keys: &[(&str, &str)]) -> usize {
    keys.iter()
        .map(|(key, what)| measure_text_width(key) + measure_text_width(what) + 4)
        .sum::<usize>()
        .saturating_sub(3)
}

/// Keys with what they do.
pub(super) fn key_line(keys: &[(&str, &str)], brush: Brush) -> String {
    let keys: Vec<String> =
        keys.iter().map(|(key, what)| format!("{} {}", brush.strong(key), brush.dim(what))).collect();
    brush.cut(&keys.join("   "), brush.width)
}

fn page_keys(tutorial: &Tutorial, state: &State, below: usize) -> Vec<(&'static str, &'static str)> {
    if state.running.is_some() {
        return vec![("Ctrl-C", "stop it")];
    }
    let Some(block) = state.block(tutorial) else {
        return vec![("Space", if below > 0 { "down" } else { "next page" })];
    };
    let done = state.is_done(tutorial, block);
    let answered = block.id().is_some_and(|id| state.answer(tutorial, id).is_some());
    let form = block.question().map(|question| &question.form);
    match (block, form) {
        (Block::Door { .. }, _) if !done => vec![("Enter", "to the lab")],
        (Block::Try { .. }, _) if !done => vec![("Enter", "run"), ("e", "change it")],
        (Block::Predict { .. }, _) if answered && !done => vec![("Enter", "run"), ("e", "change it")],
        (_, Some(Form::Typed { .. })) if !answered => vec![("Enter", "answer")],
        (_, Some(Form::Choice { several: true, choices, .. })) if !answered => {
            vec![(numbers(choices.len()), "mark"), ("Enter", "hand it in")]
        }
        (_, Some(Form::Choice { choices, .. })) if !answered => vec![(numbers(choices.len()), "answer")],
        (Block::Try { .. } | Block::Predict { .. }, _) => vec![("Enter", "go on"), ("e", "change it"), ("r", "again")],
        (Block::Door { .. }, _) => vec![("Enter", "go on"), ("r", "back to the lab")],
        _ => vec![("Enter", "go on")],
    }
}

fn numbers(choices: usize) -> &'static str {
    ["1", "1", "1-2", "1-3", "1-4", "1-5"].get(choices).copied().unwrap_or("1-6")
}
