//! Tables in a page: columns where there is room for them, else rows of headed cells.

use textwrap::core::display_width;

use super::layout::{Heading, Inline, Page, Words};

impl Page {
    /// Lays out a table: rows of cells, the first of which is the head.
    pub(super) fn table(&mut self, rows: &[Vec<Words>]) {
        self.separate();
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let room = (self.width - self.margin_width()).saturating_sub(2 * columns.saturating_sub(1));
        let widths = column_widths(rows, columns, room);
        if widths.iter().sum::<usize>() > room {
            return self.table_as_list(rows);
        }
        for (index, row) in rows.iter().enumerate() {
            self.heading = (index == 0).then_some(Heading::Inner);
            let cells: Vec<_> = row.iter().zip(&widths).map(|(words, width)| self.wrapped(words, *width)).collect();
            self.heading = None;
            for line in 0..cells.iter().map(Vec::len).max().unwrap_or(0) {
                let mut text = String::new();
                for (cell, width) in cells.iter().zip(&widths) {
                    let (part, seen) = cell.get(line).map_or(("", 0), |(part, seen)| (part.as_str(), *seen));
                    text.push_str(part);
                    text.push_str(&" ".repeat(width.saturating_sub(seen) + 2));
                }
                self.line(text.trim_end());
            }
            if index == 0 {
                let rules: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
                self.line(&rules.join("  "));
            }
        }
        self.apart = true;
    }

    /// A table for which there are too few columns: each row a paragraph, each cell behind its head.
    fn table_as_list(&mut self, rows: &[Vec<Words>]) {
        let Some((heads, rows)) = rows.split_first() else { return };
        for row in rows {
            for (head, cell) in heads.iter().zip(row) {
                self.push(&format!("{}: ", head.plain), Inline { strong: true, ..Inline::default() });
                let before = self.words.plain.len();
                self.words.plain.push_str(&cell.plain);
                self.words.spans.extend(cell.spans.iter().map(|(end, inline)| (end + before, *inline)));
                self.flush_tight();
            }
            self.apart = true;
        }
    }
}

/// As wide as their longest cells; where that is too much, the widest give way, as far as their words allow.
fn column_widths(rows: &[Vec<Words>], columns: usize, room: usize) -> Vec<usize> {
    let cells = |column: usize| rows.iter().filter_map(move |row| row.get(column)).map(|cell| cell.plain.as_str());
    let widest = |column| cells(column).map(display_width).max().unwrap_or(0).max(1);
    let longest_word = |column| cells(column).flat_map(str::split_whitespace).map(display_width).max().unwrap_or(0);
    let mut widths: Vec<usize> = (0..columns).map(widest).collect();
    let least: Vec<usize> = (0..columns).map(longest_word).collect();
    while widths.iter().sum::<usize>() > room {
        let may_give = widths.iter_mut().zip(&least).filter(|(width, least)| **width > (**least).max(4));
        let Some((largest, _)) = may_give.max_by_key(|(width, _)| **width) else { break };
        *largest -= 1;
    }
    widths
}
