//! A line that is typed, in as many rows as it takes, and where its cursor stands.

use textwrap::core::display_width;

use crate::engine::session::Entry;

/// Rows of a line behind a prompt, and the row and column of the cursor.
pub(super) fn rows(prompt: &str, entry: &Entry, width: usize) -> (Vec<String>, (usize, usize)) {
    let (before, after) = entry.halves();
    let indent = display_width(prompt);
    let mut rows = vec![prompt.to_owned()];
    let mut column = indent;
    let mut cursor = (0, column);
    for (index, character) in before.chars().chain(after.chars()).enumerate() {
        let wide = display_width(character.encode_utf8(&mut [0; 4]));
        if column + wide > width.saturating_sub(1) {
            rows.push(" ".repeat(indent));
            column = indent;
        }
        if let Some(row) = rows.last_mut() {
            row.push(character);
        }
        column += wide;
        if index + 1 == before.chars().count() {
            cursor = (rows.len() - 1, column);
        }
    }
    (rows, cursor)
}

#[cfg(test)]
mod tests {
    use super::rows;
    use crate::engine::session::{Entry, Key};

    #[test]
    fn a_long_line_goes_on_below() {
        let mut entry = Entry::of("abcdefgh");
        assert_eq!(rows("$ ", &entry, 7), (vec!["$ abcd".into(), "  efgh".into()], (1, 6)));
        entry.press(Key::Home);
        assert_eq!(rows("$ ", &entry, 7).1, (0, 2));
        assert_eq!(rows("> ", &Entry::of("世界"), 20).1, (0, 6));
    }
}
