//! A text field: the typed line, wrapped, and its cursor.

use textwrap::core::display_width;

use crate::engine::session::LineEditor;

/// The rows of the line behind a prompt, and the row and column of the cursor.
pub(super) fn rows(prompt: &str, input: &LineEditor, width: usize) -> (Vec<String>, (usize, usize)) {
    let (before, after) = input.around_cursor();
    let indent = display_width(prompt);
    let mut rows = vec![prompt.to_owned()];
    let mut column = indent;
    let mut cursor = (0, column);
    for (index, character) in before.chars().chain(after.chars()).enumerate() {
        let columns = display_width(character.encode_utf8(&mut [0; 4]));
        if column + columns > width.saturating_sub(1) {
            rows.push(" ".repeat(indent));
            column = indent;
        }
        if let Some(row) = rows.last_mut() {
            row.push(character);
        }
        column += columns;
        if index + 1 == before.chars().count() {
            cursor = (rows.len() - 1, column);
        }
    }
    (rows, cursor)
}

#[cfg(test)]
mod tests {
    use super::rows;
    use crate::engine::session::{Key, LineEditor};

    #[test]
    fn a_long_line_wraps() {
        let mut input = LineEditor::new("abcdefgh");
        assert_eq!(rows("$ ", &input, 7), (vec!["$ abcd".into(), "  efgh".into()], (1, 6)));
        input.press(Key::Home);
        assert_eq!(rows("$ ", &input, 7).1, (0, 2));
        assert_eq!(rows("> ", &LineEditor::new("世界"), 20).1, (0, 6));
    }
}
