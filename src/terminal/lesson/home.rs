//! The home screen: the whole course, what is done, and what comes next.

use console::measure_text_width;

use super::brush::Brush;
use super::frame::{Frame, key_line};

/// How far something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Not begun.
    New,
    /// Begun.
    Begun,
    /// Done.
    Done,
}

/// One thing of the course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HomeRow {
    /// How far it is.
    pub mark: Mark,
    /// How deep it stands.
    pub indent: usize,
    /// The number of a chapter.
    pub number: Option<u32>,
    /// What it is called.
    pub title: String,
    /// What there is to say of it, in a few words.
    pub detail: String,
}

/// Draws the course with one row chosen.
#[must_use]
pub fn home_frame(rows: &[HomeRow], chosen: usize, height: usize, brush: Brush) -> Frame {
    let done = rows.iter().filter(|row| row.mark == Mark::Done).count();
    let mut out = vec![
        format!(" {}  {}", brush.strong("unitlab"), brush.dim("how services really run on Linux")),
        brush.rule("", &brush.dim(&format!("{done} of {} done", rows.len()))),
    ];
    let window = height.saturating_sub(4).max(1);
    let from = chosen.saturating_sub(window / 2).min(rows.len().saturating_sub(window));
    out.extend(rows.iter().enumerate().skip(from).take(window).map(|(index, row)| line(row, index == chosen, brush)));
    out.resize(2 + window, String::new());
    out.push(brush.rule("", ""));
    let keys = [("Enter", "go on"), ("↑↓", "choose"), ("q", "quit")];
    out.push(key_line(&keys, brush));
    Frame { rows: out.into_iter().map(|row| brush.shown(row)).collect(), cursor: None }
}

fn line(row: &HomeRow, chosen: bool, brush: Brush) -> String {
    let sign = match row.mark {
        Mark::Done => brush.good(brush.sign("✓", "+")),
        Mark::Begun => brush.accent(brush.sign("◐", "~")),
        Mark::New => brush.dim(brush.sign("○", ".")),
    };
    let number = row.number.map_or(String::new(), |number| format!("{number}  "));
    let title = format!("{}{number}{}", "   ".repeat(row.indent), row.title);
    let room = brush.width.saturating_sub(8 + measure_text_width(&row.detail));
    let title = brush.cut(&title, room.max(16));
    let gap = brush.width.saturating_sub(6 + measure_text_width(&title) + measure_text_width(&row.detail)).max(1);
    let detail = brush.cut(&row.detail, brush.width.saturating_sub(6 + measure_text_width(&title)));
    let pointer = if chosen { brush.strong(brush.sign("▸", ">")) } else { " ".into() };
    let title = if chosen { brush.chosen(&title) } else { title };
    format!("{pointer} {sign} {title}{}{}", " ".repeat(gap), brush.dim(&detail))
}
