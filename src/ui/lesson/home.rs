//! The home screen: the whole course, what is done, and what comes next.

use std::fmt::Write as _;

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

/// Columns beyond which a title and what is said of it lie too far apart.
const WIDEST: usize = 92;

/// Draws the course with one row chosen.
#[must_use]
pub fn home_frame(rows: &[HomeRow], chosen: usize, height: usize, brush: Brush) -> Frame {
    let done = rows.iter().filter(|row| row.mark == Mark::Done).count();
    let title = format!("{}  {}", brush.strong("unitlab"), brush.dim("how services really run on Linux"));
    let title = if measure_text_width(&title) > brush.width { brush.strong("unitlab") } else { title };
    let mut out = vec![title, brush.rule("", &brush.dim(&format!("{done} of {} done", rows.len())))];
    let window = height.saturating_sub(4).max(1);
    // Some air above, where there is room for it.
    let air = usize::from(window > rows.len() + 1);
    out.extend(std::iter::repeat_n(String::new(), air));
    let from = chosen.saturating_sub(window / 2).min(rows.len().saturating_sub(window));
    let narrow = Brush { width: brush.width.min(WIDEST), ..brush };
    out.extend(rows.iter().enumerate().skip(from).take(window).map(|(index, row)| line(row, index == chosen, narrow)));
    out.resize(2 + window, String::new());
    out.push(brush.rule("", ""));
    let go = match rows.get(chosen).map(|row| row.mark) {
        Some(Mark::New) => "begin",
        Some(Mark::Done) => "open again",
        _ => "go on",
    };
    out.push(key_line(&[("Enter", go), ("↑↓", "choose"), ("q", "quit")], brush));
    Frame { rows: out.into_iter().take(height).map(|row| brush.shown(row)).collect(), cursor: None }
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
    // The pointer, the sign, a gap; what is left is for both texts, of which the title gives way last.
    let room = brush.width.saturating_sub(6);
    let least = measure_text_width(&title).min(room).min(24);
    let detail = brush.cut(&row.detail, room.saturating_sub(least));
    let title = brush.cut(&title, room.saturating_sub(measure_text_width(&detail)));
    let gap = brush.width.saturating_sub(4 + measure_text_width(&title) + measure_text_width(&detail));
    let pointer = if chosen { brush.strong(brush.sign("▸", ">")) } else { " ".into() };
    let title = if chosen { brush.chosen(&title) } else { title };
    format!("{pointer} {sign} {title}{}{}", " ".repeat(gap), brush.dim(&detail))
}
