//! The home screen: every chapter and lab, and how far the learner is.

use std::fmt::Write as _;

use console::measure_text_width;

use super::frame::key_line;
use crate::model::Style;
use crate::ui::screen::Frame;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Completion {
    NotStarted,
    Started,
    Done,
}

/// A chapter or a lab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CourseRow {
    pub(crate) completion: Completion,
    /// The number of a chapter; none for a lab.
    pub(crate) number: Option<u32>,
    pub(crate) id: String,
    pub(crate) title: String,
    /// How much of it is done, in percent; none if unknown.
    pub(crate) percent: Option<u32>,
    /// The learner's progress, or the length if it is not started.
    pub(crate) detail: String,
}

/// The maximum width of a row. In a wider row, a detail is hard to match with its title.
const MAX_ROW_WIDTH: usize = 92;

/// Draws the home screen with one row selected.
pub(crate) fn home_frame(rows: &[CourseRow], selected: usize, height: usize, style: Style) -> Frame {
    let done = rows.iter().filter(|row| row.completion == Completion::Done).count();
    let title = format!("{}  {}", style.bold_accent("unitlab"), style.dim("how services really run on Linux"));
    let title = if measure_text_width(&title) > style.width { style.bold_accent("unitlab") } else { title };
    let mut out = vec![title, style.rule("", &style.dim(&format!("{done} of {} done", rows.len())))];
    let window = height.saturating_sub(4).max(1);
    // An empty row above the list, if there is room.
    let margin = usize::from(window > rows.len() + 1);
    out.extend(std::iter::repeat_n(String::new(), margin));
    let from = selected.saturating_sub(window / 2).min(rows.len().saturating_sub(window));
    let narrow = Style { width: style.width.min(MAX_ROW_WIDTH), ..style };
    let visible = rows.iter().enumerate().skip(from).take(window);
    out.extend(visible.map(|(index, row)| course_line(row, index == selected, narrow)));
    out.resize(2 + window, String::new());
    out.push(style.rule("", ""));
    let enter = match rows.get(selected).map(|row| row.completion) {
        Some(Completion::NotStarted) => "start",
        Some(Completion::Done) => "open again",
        _ => "continue",
    };
    let keys = [("Enter", enter), (style.glyphs().up_down, "select"), ("q", "quit")];
    out.push(key_line(&keys, style));
    Frame { rows: out.into_iter().take(height).map(|row| style.to_charset(row)).collect(), cursor: None }
}

/// Formats one line with a progress bar for each chapter and lab.
pub(crate) fn course_overview(rows: &[CourseRow], style: Style) -> String {
    const BAR: usize = 10;
    let glyphs = style.glyphs();
    let id_width = rows.iter().map(|row| measure_text_width(&row.id)).max().unwrap_or(0);
    let mut text = String::new();
    for row in rows {
        let filled = usize::try_from(row.percent.unwrap_or(0)).unwrap_or(0).min(100) * BAR / 100;
        let bar = glyphs.filled.repeat(filled);
        let bar = if row.completion == Completion::Done { style.good(&bar) } else { style.accent(&bar) };
        let rest = style.dim(&glyphs.unfilled.repeat(BAR - filled));
        let number = row.number.map_or("  ".to_owned(), |number| format!("{number:>2}"));
        let gap = " ".repeat(id_width - measure_text_width(&row.id));
        let room = style.width.saturating_sub(id_width + BAR + 7);
        let _ = writeln!(text, "{number} {}{gap}  {bar}{rest}  {}", row.id, style.cut(&row.detail, room));
    }
    style.to_charset(text)
}

fn course_line(row: &CourseRow, selected: bool, style: Style) -> String {
    let glyphs = style.glyphs();
    let mark = match row.completion {
        Completion::Done => style.good(glyphs.passed),
        Completion::Started => style.accent(glyphs.started),
        Completion::NotStarted => style.dim(glyphs.not_started),
    };
    let title = match row.number {
        Some(number) => format!("{number}  {}", row.title),
        None => format!("   Lab: {}", row.title),
    };
    // The columns for title and detail. The detail is cut before the title.
    let room = style.width.saturating_sub(6);
    let title_min = measure_text_width(&title).min(room).min(24);
    let detail = style.cut(&row.detail, room.saturating_sub(title_min));
    let title = style.cut(&title, room.saturating_sub(measure_text_width(&detail)));
    let gap = style.width.saturating_sub(4 + measure_text_width(&title) + measure_text_width(&detail));
    let pointer = if selected { style.bold_accent(glyphs.pointer) } else { " ".into() };
    let title = if selected { style.selected(&title) } else { title };
    format!("{pointer} {mark} {title}{}{}", " ".repeat(gap), style.dim(&detail))
}
