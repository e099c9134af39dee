//! The mark at the start of a line that shows a status.

use console::Style as Colors;

use super::terminal::{Stream, Terminal};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StatusMark {
    Good,
    /// It works, but something is missing.
    Limited,
    Bad,
}

impl Terminal {
    /// The mark for standard output, one column wide.
    pub(crate) fn status_mark(&self, mark: StatusMark) -> String {
        let style = self.style();
        let (glyph, colors) = match mark {
            StatusMark::Good => (style.glyphs().passed, Colors::new().green()),
            StatusMark::Limited => (style.glyphs().blocked, Colors::new().yellow()),
            StatusMark::Bad => (style.glyphs().failed, Colors::new().red()),
        };
        colors.force_styling(self.color(Stream::Stdout)).apply_to(glyph).to_string()
    }
}
