//! Lines of prose beside something that already stands on the line.

/// Wraps a text into what is left of so many columns after an indent (at least 20 of them).
#[must_use]
pub fn wrap(text: &str, columns: usize, indent: usize) -> Vec<String> {
    let room = columns.saturating_sub(indent).max(20);
    textwrap::wrap(text, room).into_iter().map(std::borrow::Cow::into_owned).collect()
}
