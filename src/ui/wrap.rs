//! Wrapping of prose.

use textwrap::{Options, WordSeparator, WordSplitter};

/// Wraps a text to `columns` minus `indent`, at least 20 columns. Words with hyphens, such as options, stay whole.
pub(crate) fn wrap(text: &str, columns: usize, indent: usize) -> Vec<String> {
    let width = columns.saturating_sub(indent).max(20);
    textwrap::wrap(text, options(width)).into_iter().map(std::borrow::Cow::into_owned).collect()
}

/// Options for wrapping at spaces only.
pub(super) fn options<'a>(width: usize) -> Options<'a> {
    Options::new(width).word_separator(WordSeparator::AsciiSpace).word_splitter(WordSplitter::NoHyphenation)
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
