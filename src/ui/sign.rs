//! The sign at the head of a line: how something is, at a glance.

use console::Style;

use super::screen::{Stream, Terminal};

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// As it should be.
    Good,
    /// Usable, with a lack.
    Limited,
    /// Not as it should be.
    Bad,
}

impl Terminal {
    /// The sign for standard output, one column wide; coloured where colours belong.
    #[must_use]
    pub fn sign(&self, sign: Sign) -> String {
        let (unicode, ascii, style) = match sign {
            Sign::Good => ("✓", "+", Style::new().green()),
            Sign::Limited => ("–", "-", Style::new().yellow()),
            Sign::Bad => ("✗", "x", Style::new().red()),
        };
        let text = if self.unicode() { unicode } else { ascii };
        style.force_styling(self.color(Stream::Stdout)).apply_to(text).to_string()
    }
}
