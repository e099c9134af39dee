//! Tables: in columns if they fit, else as a list of labelled cells.

use textwrap::core::display_width;

use super::block_writer::{BlockWriter, Heading, Inline, StyledText};

impl BlockWriter {
    /// Writes a table; the first row is its header.
    pub(super) fn table(&mut self, rows: &[Vec<StyledText>]) {
        self.write_gap();
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let room = (self.width - self.margin_width()).saturating_sub(2 * columns.saturating_sub(1));
        let widths = column_widths(rows, columns, room);
        if widths.iter().sum::<usize>() > room {
            return self.table_as_list(rows);
        }
        for (index, row) in rows.iter().enumerate() {
            self.heading = (index == 0).then_some(Heading::Inner);
            let cells: Vec<_> = row.iter().zip(&widths).map(|(text, width)| self.wrapped(text, *width)).collect();
            self.heading = None;
            for line in 0..cells.iter().map(Vec::len).max().unwrap_or(0) {
                let mut text = String::new();
                for (cell, width) in cells.iter().zip(&widths) {
                    let (part, used) = cell.get(line).map_or(("", 0), |(part, used)| (part.as_str(), *used));
                    text.push_str(part);
                    text.push_str(&" ".repeat(width.saturating_sub(used) + 2));
                }
                self.line(text.trim_end());
            }
            if index == 0 {
                let rules: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
                self.line(&rules.join("  "));
            }
        }
        self.needs_gap = true;
    }

    /// Writes each cell on its own line, after the header of its column.
    fn table_as_list(&mut self, rows: &[Vec<StyledText>]) {
        let Some((headers, rows)) = rows.split_first() else { return };
        for row in rows {
            for (header, cell) in headers.iter().zip(row) {
                self.push(&format!("{}: ", header.plain), Inline { strong: true, ..Inline::default() });
                let before = self.paragraph.plain.len();
                self.paragraph.plain.push_str(&cell.plain);
                self.paragraph.spans.extend(cell.spans.iter().map(|(end, inline)| (end + before, *inline)));
                self.flush_tight();
            }
            self.needs_gap = true;
        }
    }
}

/// The width of each column: that of its longest cell. If the sum exceeds `room`, the widest columns shrink, but not
/// below their longest word, so the sum may still exceed it.
fn column_widths(rows: &[Vec<StyledText>], columns: usize, room: usize) -> Vec<usize> {
    let cells = |column: usize| rows.iter().filter_map(move |row| row.get(column)).map(|cell| cell.plain.as_str());
    let widest = |column| cells(column).map(display_width).max().unwrap_or(0).max(1);
    let longest_word = |column| cells(column).flat_map(str::split_whitespace).map(display_width).max().unwrap_or(0);
    let mut widths: Vec<usize> = (0..columns).map(widest).collect();
    let minimum: Vec<usize> = (0..columns).map(longest_word).collect();
    while widths.iter().sum::<usize>() > room {
        let shrinkable = widths.iter_mut().zip(&minimum).filter(|(width, minimum)| **width > (**minimum).max(4));
        let Some((largest, _)) = shrinkable.max_by_key(|(width, _)| **width) else { break };
        *largest -= 1;
    }
    widths
}
