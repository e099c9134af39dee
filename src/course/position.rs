//! A position in a text file, and the line to show for it.

use std::fmt;
use std::ops::Range;

use crate::model::Excerpt;

/// The most characters of a line that are kept on each side of a position; more than a terminal shows.
const KEPT: usize = 200;

/// A position, as editors name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    /// From 1.
    line: usize,
    /// In characters, from 1.
    column: usize,
    pub(super) excerpt: Excerpt,
}

impl Position {
    /// The start of a byte range. The excerpt marks the range up to the end of its first line.
    pub(super) fn of(text: &str, span: Range<usize>) -> Self {
        let (before, rest) = text.split_at_checked(span.start).unwrap_or((text, ""));
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let (line, before) = (before.matches('\n').count() + 1, &before[line_start..]);
        let rest = rest.lines().next().unwrap_or_default();
        let (marked, after) = rest.split_at_checked(span.len()).unwrap_or((rest, ""));
        let column = before.chars().count() + 1;
        let excerpt = Excerpt {
            line,
            before: before.chars().skip(column.saturating_sub(1 + KEPT)).collect(),
            marked: marked.chars().take(KEPT).collect(),
            after: after.chars().take(KEPT).collect(),
        };
        Self { line, column, excerpt }
    }

    /// A whole line, counted from 1.
    pub(super) fn of_line(text: &str, line: usize) -> Self {
        let start = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
        Self::of(text, start..text.len())
    }

    /// The same position, if its text begins after this many lines of the file.
    pub(super) fn below(mut self, lines: usize) -> Self {
        self.line += lines;
        self.excerpt.line += lines;
        self
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::Position;

    #[test]
    fn the_excerpt_is_the_line_with_the_range_marked() {
        for (text, span, at, parts) in [
            ("a\nkey = 1\nb", 2..5, "2:1", ["", "key", " = 1"]),
            ("é = 'x'\r\nb", 5..8, "1:5", ["é = ", "'x'", ""]),
            // A range of several lines, an empty one, one at the end, and ones that are not in the text.
            ("[a]\nb = '''\nc'''\n", 8..16, "2:5", ["b = ", "'''", ""]),
            ("a\nb", 2..2, "2:1", ["", "", "b"]),
            ("ab", 2..2, "1:3", ["ab", "", ""]),
            ("ab", 7..9, "1:3", ["ab", "", ""]),
            ("é", 0..1, "1:1", ["", "é", ""]),
            ("", 0..0, "1:1", ["", "", ""]),
        ] {
            let position = Position::of(text, span);
            let excerpt = &position.excerpt;
            assert_eq!([&*excerpt.before, &*excerpt.marked, &*excerpt.after], parts, "{text:?}");
            assert_eq!(position.to_string(), at, "{text:?}");
        }
        assert_eq!(Position::of_line("a\nb c\nd", 2).below(3).to_string(), "5:1");
        assert_eq!(Position::of_line("a\nb c\nd", 2).excerpt.marked, "b c");
    }

    #[test]
    fn the_excerpt_of_a_huge_line_is_small() {
        let line = "x".repeat(1 << 20);
        let position = Position::of(&line, 500_000..900_000);
        assert_eq!(position.to_string(), "1:500001");
        let excerpt = position.excerpt;
        assert_eq!([excerpt.before.len(), excerpt.marked.len(), excerpt.after.len()], [200, 200, 200]);
    }
}
