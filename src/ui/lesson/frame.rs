//! The screen of a lesson: header, window, footer.

use console::measure_text_width;

use super::lab_summary::LabSummary;
use super::overlay;
use super::page::{PageRows, page_rows};
use crate::engine::session::{InputPurpose, Layout, Mode, SandboxStatus, State};
use crate::model::{Block, QuizForm, Style, Tutorial};
use crate::ui::screen::Frame;

/// Rows of the header and of the footer.
const HEADER: usize = 2;
const FOOTER: usize = 2;

/// Draws a session on `height` rows, and returns the layout of its page.
///
/// If [`State::has_layout`] is false for that layout, send it as an event and draw again.
pub(crate) fn lesson_frame(
    tutorial: &Tutorial,
    state: &State,
    labs: &[LabSummary<'_>],
    height: usize,
    style: Style,
) -> (Frame, Layout) {
    let window = height.saturating_sub(HEADER + FOOTER).max(1);
    let page = page_rows(tutorial, state, labs, style);
    let layout = page.layout(window);
    let mut frame = Frame::default();
    frame.rows.extend(header(tutorial, state, style));
    let body = match &state.mode {
        Mode::Page | Mode::Typing { .. } => visible_rows(&page, state, window, &mut frame),
        _ => overlay::rows(tutorial, state, window, style, &mut frame.cursor),
    };
    frame.cursor = frame.cursor.filter(|(row, _)| *row < window).map(|(row, column)| (row + HEADER, column));
    frame.rows.extend(body);
    frame.rows.resize(HEADER + window, String::new());
    let below = layout.page_rows.saturating_sub(state.scroll + window);
    frame.rows.push(style.to_charset(footer_rule(state, below, style)));
    frame.rows.push(style.to_charset(footer_keys(tutorial, state, below, style)));
    frame.rows.truncate(height);
    (frame, layout)
}

fn visible_rows(page: &PageRows, state: &State, window: usize, frame: &mut Frame) -> Vec<String> {
    frame.cursor = page.cursor.and_then(|(row, column)| Some((row.checked_sub(state.scroll)?, column)));
    page.rows.iter().skip(state.scroll).take(window).cloned().collect()
}

fn header(tutorial: &Tutorial, state: &State, style: Style) -> Vec<String> {
    let glyphs = style.glyphs();
    let chapter = state.chapter(tutorial);
    let pages: String = (0..chapter.pages.len())
        .map(|page| match page {
            _ if page == state.page => glyphs.current_page,
            _ if state.is_opened(chapter, &chapter.pages[page]) => glyphs.opened_page,
            _ => glyphs.not_started,
        })
        .collect();
    let place = format!("{pages} {}/{}", state.page + 1, chapter.pages.len());
    let room = style.width.saturating_sub(measure_text_width(&place) + 2);
    let title = style.cut(&format!("{} {} {}", chapter.number, glyphs.dot, chapter.title), room);
    let gap = style.width.saturating_sub(measure_text_width(&title) + measure_text_width(&place));
    let line = format!("{}{}{}", style.bold_accent(&title), " ".repeat(gap), style.dim(&place));
    vec![style.to_charset(line), style.rule("", "")]
}

/// A rule with the notice or the number of rows below on its left, and the sandbox's status on its right.
fn footer_rule(state: &State, below: usize, style: Style) -> String {
    let reading = matches!(state.mode, Mode::Page | Mode::Typing { .. });
    let left = if !state.notice.is_empty() {
        style.accent(&style.cut(&state.notice, style.width.saturating_sub(8)))
    } else if reading && below > 0 {
        style.accent(&format!("{} {below} more", style.glyphs().down))
    } else {
        String::new()
    };
    let right = match &state.sandbox {
        SandboxStatus::NotStarted => String::new(),
        SandboxStatus::Booting => format!("sandbox boots{}", style.glyphs().ellipsis),
        SandboxStatus::Running { systemd } if systemd.is_empty() => "sandbox is up".into(),
        SandboxStatus::Running { systemd } => format!("systemd {systemd}"),
        SandboxStatus::NeedsPassword => "sandbox needs sudo".into(),
        SandboxStatus::Unavailable { .. } => "no sandbox here".into(),
    };
    let fits = measure_text_width(&left) + right.len() + 10 <= style.width;
    style.rule(&left, &if fits { style.dim(&right) } else { String::new() })
}

/// The keys that do something now, as many as fit.
fn footer_keys(tutorial: &Tutorial, state: &State, below: usize, style: Style) -> String {
    let up_down = style.glyphs().up_down;
    let mut keys: Vec<(&str, &str)> = match &state.mode {
        Mode::Page => page_keys(tutorial, state, below),
        Mode::Typing { purpose: InputPurpose::Answer, .. } => vec![("Enter", "answer"), ("Esc", "cancel")],
        Mode::Typing { purpose: InputPurpose::Command, .. } => vec![("Enter", "run"), ("Esc", "cancel")],
        Mode::Contents { .. } => vec![("Enter", "open"), (up_down, "select"), ("1-9", "chapter"), ("Esc", "back")],
        Mode::Search { .. } => vec![("Enter", "open"), (up_down, "select"), ("Esc", "back")],
        Mode::Glossary { .. } | Mode::Help { .. } => vec![(up_down, "select"), ("Esc", "back")],
        Mode::ConfirmRestart => vec![("y", "restart"), ("Esc", "cancel")],
    };
    if state.mode != Mode::Page {
        return key_line(&keys, style);
    }
    let block_keys = keys.len();
    keys.extend([("n", "next"), ("p", "back"), ("t", "contents"), ("?", "keys"), ("q", "quit")]);
    // If the keys do not fit, drop the least useful ones first. The help lists all keys.
    for expendable in ["p", "t", "n", "q"] {
        if key_line_width(&keys) <= style.width {
            break;
        }
        keys.retain(|(key, _)| *key != expendable);
    }
    while key_line_width(&keys) > style.width && block_keys > 1 && keys.len() > 2 {
        keys.remove(keys.len() - 2);
    }
    key_line(&keys, style)
}

fn key_line_width(keys: &[(&str, &str)]) -> usize {
    keys.iter()
        .map(|(key, what)| measure_text_width(key) + measure_text_width(what) + 4)
        .sum::<usize>()
        .saturating_sub(3)
}

/// Keys and what they do, on one line.
pub(super) fn key_line(keys: &[(&str, &str)], style: Style) -> String {
    let keys: Vec<String> =
        keys.iter().map(|(key, what)| format!("{} {}", style.bold_accent(key), style.dim(what))).collect();
    style.cut(&keys.join("   "), style.width)
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
        (Block::LabLink { .. }, _) if !done => vec![("Enter", "open the lab")],
        (Block::Try { .. }, _) if !done => vec![("Enter", "run"), ("e", "edit")],
        (Block::Predict { .. }, _) if answered && !done => vec![("Enter", "run"), ("e", "edit")],
        (_, Some(QuizForm::Typed { .. })) if !answered => vec![("Enter", "answer")],
        (_, Some(QuizForm::Choice { several: true, choices, .. })) if !answered => {
            vec![(numbers(choices.len()), "mark"), ("Enter", "answer")]
        }
        (_, Some(QuizForm::Choice { choices, .. })) if !answered => vec![(numbers(choices.len()), "answer")],
        (Block::Try { .. } | Block::Predict { .. }, _) => vec![("Enter", "go on"), ("e", "edit"), ("r", "again")],
        (Block::LabLink { .. }, _) => vec![("Enter", "go on"), ("r", "reopen the lab")],
        _ => vec![("Enter", "go on")],
    }
}

fn numbers(choices: usize) -> &'static str {
    ["1", "1", "1-2", "1-3", "1-4", "1-5"].get(choices).copied().unwrap_or("1-6")
}
