//! The home screen: the whole course, what is done, and what comes next.

use std::fmt::Write as _;

use console::measure_text_width;

use super::brush::Brush;
use super::frame::Frame;

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
    /// The number of a chapter; none for a lab.
    pub number: Option<u32>,
    /// By which commands name it.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// How much of it is done, in percent; none where nothing is known.
    pub share: Option<u32>,
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
    let keys: Vec<String> =
        keys.iter().map(|(key, what)| format!("{} {}", brush.strong(key), brush.dim(what))).collect();
    out.push(keys.join("   "));
    Frame { rows: out.into_iter().map(|row| brush.shown(row)).collect(), cursor: None }
}

/// The course as lines for any stream: a bar for each thing, and what there is to say of it.
#[must_use]
pub fn course_picture(rows: &[HomeRow], brush: Brush) -> String {
    const BAR: usize = 10;
    let wide = rows.iter().map(|row| measure_text_width(&row.id)).max().unwrap_or(0);
    let mut text = String::new();
    for row in rows {
        let filled = usize::try_from(row.share.unwrap_or(0)).unwrap_or(0).min(100) * BAR / 100;
        let bar = brush.sign("█", "#").repeat(filled);
        let bar = if row.mark == Mark::Done { brush.good(&bar) } else { brush.accent(&bar) };
        let rest = brush.dim(&brush.sign("░", ".").repeat(BAR - filled));
        let number = row.number.map_or("  ".to_owned(), |number| format!("{number:>2}"));
        let gap = " ".repeat(wide - measure_text_width(&row.id));
        let room = brush.width.saturating_sub(wide + BAR + 7);
        let _ = writeln!(text, "{number} {}{gap}  {bar}{rest}  {}", row.id, brush.cut(&row.detail, room));
    }
    brush.shown(text)
}

fn line(row: &HomeRow, chosen: bool, brush: Brush) -> String {
    let sign = match row.mark {
        Mark::Done => brush.good(brush.sign("✓", "+")),
        Mark::Begun => brush.accent(brush.sign("◐", "~")),
        Mark::New => brush.dim(brush.sign("○", ".")),
    };
    let title = match row.number {
        Some(number) => format!("{number}  {}", row.title),
        None => format!("   Lab: {}", row.title),
    };
    let room = brush.width.saturating_sub(8 + measure_text_width(&row.detail));
    let title = brush.cut(&title, room.max(16));
    let gap = brush.width.saturating_sub(6 + measure_text_width(&title) + measure_text_width(&row.detail)).max(1);
    let detail = brush.cut(&row.detail, brush.width.saturating_sub(6 + measure_text_width(&title)));
    let pointer = if chosen { brush.strong(brush.sign("▸", ">")) } else { " ".into() };
    let title = if chosen { brush.chosen(&title) } else { title };
    format!("{pointer} {sign} {title}{}{}", " ".repeat(gap), brush.dim(&detail))
}
