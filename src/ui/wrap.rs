//! Lines of prose beside something that already stands on the line.

use textwrap::{Options, WordSeparator, WordSplitter};

/// Wraps a text into what is left of so many columns after an indent (at least 20 of them). Names and options stay whole:
/// a hyphen is part of them.
#[must_use]
pub fn wrap(text: &str, columns: usize, indent: usize) -> Vec<String> {
    let room = columns.saturating_sub(indent).max(20);
    let options =
        Options::new(room).word_separator(WordSeparator::AsciiSpace).word_splitter(WordSplitter::NoHyphenation);
    textwrap::wrap(text, options).into_iter().map(std::borrow::Cow::into_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn a_name_with_hyphens_stays_whole() {
        assert_eq!(
            wrap("it asks for: auto-restart, never-ready", 32, 8),
            ["it asks for:", "auto-restart,", "never-ready"]
        );
        assert_eq!(wrap("short", 80, 2), ["short"]);
    }
}
