//! Lines of a fixed width: wrapped by what the eye sees, escaped, and coloured last.

use console::Style;
use textwrap::WordSeparator;
use textwrap::core::{Word, break_words, display_width};
use textwrap::wrap_algorithms::wrap_first_fit;

use crate::model::escape;

/// What the reader's terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Columns; below 40 it is laid out for 40.
    pub width: usize,
    /// Colours may be used; without them words take their place.
    pub color: bool,
    /// Signs beyond ASCII may be used.
    pub unicode: bool,
}

/// What a piece of text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    Plain,
    Strong,
    Dim,
    Good,
    Bad,
    Doubt,
    Command,
}

/// The signs in use, by whether the terminal shows more than ASCII.
#[derive(Debug)]
pub(super) struct Glyphs {
    pub(super) passed: &'static str,
    pub(super) failed: &'static str,
    pub(super) blocked: &'static str,
    pub(super) unknown: &'static str,
    pub(super) not_run: &'static str,
    pub(super) dot: &'static str,
    pub(super) from: &'static str,
    pub(super) go: &'static str,
    pub(super) earned: &'static str,
    pub(super) lost: &'static str,
    pub(super) ungraded: &'static str,
}

const SIGNS: Glyphs = Glyphs {
    passed: "✓",
    failed: "✗",
    blocked: "–",
    unknown: "?",
    not_run: "○",
    dot: "·",
    from: "←",
    go: "→",
    earned: "━",
    lost: "─",
    ungraded: "┄",
};

const ASCII: Glyphs = Glyphs {
    passed: "+",
    failed: "x",
    blocked: "-",
    unknown: "?",
    not_run: "o",
    dot: "-",
    from: "<-",
    go: "->",
    earned: "=",
    lost: "-",
    ungraded: ".",
};

/// Where the details under a check begin.
const INDENT: usize = 2;
/// The column of their labels, with the space behind it.
const LABEL: usize = 10;

/// A text that grows line by line.
#[derive(Debug)]
pub(super) struct Page<'a> {
    look: &'a Look,
    text: String,
}

impl<'a> Page<'a> {
    pub(super) fn new(look: &'a Look) -> Self {
        Self { look, text: String::new() }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn width(&self) -> usize {
        self.look.width.max(40)
    }

    pub(super) fn color(&self) -> bool {
        self.look.color
    }

    pub(super) fn glyphs(&self) -> &'static Glyphs {
        if self.look.unicode { &SIGNS } else { &ASCII }
    }

    /// The text in its colour, for [`Page::line`].
    pub(super) fn ink(&self, ink: Ink, text: &str) -> String {
        let style = Style::new().force_styling(self.look.color);
        let style = match ink {
            Ink::Plain => return text.to_owned(),
            Ink::Strong => style.bold(),
            Ink::Dim => style.dim(),
            Ink::Good => style.green(),
            Ink::Bad => style.red(),
            Ink::Doubt => style.yellow(),
            Ink::Command => style.cyan(),
        };
        if text.is_empty() { String::new() } else { style.apply_to(text).to_string() }
    }

    /// An empty line, never two of them.
    pub(super) fn blank(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// A line that is ready as it is.
    pub(super) fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// A text over as many lines as it takes, each of them indented.
    pub(super) fn paragraph(&mut self, ink: Ink, indent: usize, text: &str) {
        for line in wrapped(text, self.width() - indent) {
            let line = format!("{:indent$}{}", "", self.ink(ink, &line));
            self.line(&line);
        }
    }

    /// A text behind a lead, with something at the right edge of its first line.
    pub(super) fn row(&mut self, lead: &str, ink: Ink, text: &str, edge: &str) {
        let indent = display_width(lead);
        let room = self.width() - indent - display_width(edge) - 1;
        for (index, line) in wrapped(text, room).iter().enumerate() {
            let inked = self.ink(ink, line);
            let line = if index == 0 {
                let gap = self.width() - indent - display_width(line) - display_width(edge);
                format!("{lead}{inked}{:gap$}{edge}", "")
            } else {
                format!("{:indent$}{inked}", "")
            };
            self.line(&line);
        }
    }

    /// A labelled detail under a check; nothing when it has no text.
    pub(super) fn detail(&mut self, label: &str, ink: Ink, text: &str) {
        if !text.is_empty() {
            let lines = wrapped(text, self.detail_width());
            self.labelled(label, lines.iter().map(|line| self.ink(ink, line)).collect());
        }
    }

    /// A labelled detail, and what it was taken from: beside it where that fits, else below.
    pub(super) fn sourced(&mut self, label: &str, text: &str, source: &str) {
        let room = self.detail_width();
        let from = self.glyphs().from;
        let mut lines = wrapped(if text.is_empty() { "(nothing)" } else { text }, room);
        let source = escape(source);
        let beside = format!("{}  {from} {source}", lines[0]);
        if lines.len() == 1 && display_width(&beside) <= room {
            let source = self.ink(Ink::Dim, &format!("{from} {source}"));
            lines[0].push_str("  ");
            lines[0].push_str(&source);
        } else {
            let indent = display_width(from) + 1;
            for (index, line) in wrapped(&source, room - indent).iter().enumerate() {
                let sign = if index == 0 { from } else { "" };
                let gap = indent - display_width(sign);
                lines.push(self.ink(Ink::Dim, &format!("{sign}{:gap$}{line}", "")));
            }
        }
        self.labelled(label, lines);
    }

    fn detail_width(&self) -> usize {
        self.width() - INDENT - LABEL
    }

    fn labelled(&mut self, label: &str, lines: Vec<String>) {
        for (index, line) in lines.into_iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            let gap = LABEL.saturating_sub(display_width(label));
            let line = format!("{:INDENT$}{}{:gap$}{line}", "", self.ink(Ink::Dim, label), "");
            self.line(&line);
        }
    }
}

/// The escaped text in lines of at most so many columns. No letter is lost: a word that is too long is broken, behind
/// a slash where it has one.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let text = escape(text);
    let mut words = Vec::new();
    for word in WordSeparator::AsciiSpace.find_words(&text) {
        if display_width(word.word) <= width {
            words.push(word);
            continue;
        }
        words.extend(word.word.split_inclusive('/').map(Word::from));
        if let Some(last) = words.last_mut() {
            last.whitespace = word.whitespace;
        }
    }
    let words = break_words(words, width);
    #[allow(clippy::cast_precision_loss, reason = "a terminal is not 2^52 columns wide")]
    let lines = wrap_first_fit(&words, &[width as f64]);
    lines.into_iter().map(joined).collect()
}

fn joined(words: &[Word<'_>]) -> String {
    let line: String = words.iter().flat_map(|word| [word.word, word.whitespace]).collect();
    line.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn lines_break_where_the_eye_would() {
        for (text, width, lines) in [
            ("", 10, vec![""]),
            ("ab cd  ef", 6, vec!["ab cd", "ef"]),
            ("in /etc/systemd/system/a.service", 15, vec!["in /etc/", "systemd/system/", "a.service"]),
            ("世界世界 ab", 5, vec!["世界", "世界", "ab"]),
            ("abcdefg", 3, vec!["abc", "def", "g"]),
            ("a\nb", 9, vec!["a\\nb"]),
        ] {
            assert_eq!(wrapped(text, width), lines, "{text}");
        }
    }
}
