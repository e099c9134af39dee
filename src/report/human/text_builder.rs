//! Builds the text of a report line by line: escaped, wrapped by display width, then coloured.

use console::Style as Colors;
use textwrap::WordSeparator;
use textwrap::core::{Word, break_words, display_width};
use textwrap::wrap_algorithms::wrap_first_fit;

use crate::model::{Glyphs, Style, escape};

/// The meaning of a text, which decides its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextStyle {
    Plain,
    Strong,
    Dim,
    Good,
    Bad,
    Unknown,
    Command,
}

/// The indent of the details of a check.
const INDENT: usize = 2;
/// Columns for the label of a detail, including the space after it.
const LABEL: usize = 10;

#[derive(Debug)]
pub(super) struct TextBuilder {
    style: Style,
    text: String,
}

impl TextBuilder {
    pub(super) fn new(style: Style) -> Self {
        Self { style, text: String::new() }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// The width of the text, at least 40 columns.
    pub(super) fn width(&self) -> usize {
        self.style.width.max(40)
    }

    pub(super) fn color(&self) -> bool {
        self.style.color
    }

    pub(super) fn glyphs(&self) -> &'static Glyphs {
        self.style.glyphs()
    }

    /// Colours a text, for [`TextBuilder::line`].
    pub(super) fn paint(&self, style: TextStyle, text: &str) -> String {
        let colors = Colors::new().force_styling(self.style.color);
        let colors = match style {
            TextStyle::Plain => return text.to_owned(),
            TextStyle::Strong => colors.bold(),
            TextStyle::Dim => colors.dim(),
            TextStyle::Good => colors.green(),
            TextStyle::Bad => colors.red(),
            TextStyle::Unknown => colors.yellow(),
            TextStyle::Command => colors.cyan(),
        };
        if text.is_empty() { String::new() } else { colors.apply_to(text).to_string() }
    }

    /// Adds an empty line, unless there is one.
    pub(super) fn blank(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// Adds a finished line; it is not escaped or wrapped.
    pub(super) fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// Adds a wrapped and indented text.
    pub(super) fn paragraph(&mut self, style: TextStyle, indent: usize, text: &str) {
        for line in wrap(text, self.width() - indent) {
            let line = format!("{:indent$}{}", "", self.paint(style, &line));
            self.line(&line);
        }
    }

    /// Adds a wrapped text after a prefix.
    pub(super) fn row(&mut self, prefix: &str, style: TextStyle, text: &str) {
        self.row_with_id(prefix, style, text, "", "");
    }

    /// Adds a wrapped text and its id after a prefix, with `right` at the right edge of its first line.
    pub(super) fn row_with_id(&mut self, prefix: &str, style: TextStyle, text: &str, id: &str, right: &str) {
        let indent = display_width(prefix);
        let room = self.width() - indent - display_width(right) - 1;
        let id = if id.is_empty() { String::new() } else { format!("({})", escape(id)) };
        let lines = wrap(format!("{text} {id}").trim_end(), room);
        for (index, line) in lines.iter().enumerate() {
            let title = line.strip_suffix(id.as_str()).filter(|_| index + 1 == lines.len());
            let painted = match title {
                Some(title) => format!("{}{}", self.paint(style, title), self.paint(TextStyle::Dim, &id)),
                None => self.paint(style, line),
            };
            let line = if index == 0 {
                let gap = self.width() - indent - display_width(line) - display_width(right);
                format!("{prefix}{painted}{:gap$}{right}", "")
            } else {
                format!("{:indent$}{painted}", "")
            };
            self.line(&line);
        }
    }

    /// Adds a labelled detail of a check, unless its text is empty.
    pub(super) fn detail(&mut self, label: &str, style: TextStyle, text: &str) {
        if !text.is_empty() {
            let lines = wrap(text, self.detail_width());
            self.labelled(label, lines.iter().map(|line| self.paint(style, line)).collect());
        }
    }

    /// Adds a labelled detail with its source: on the same line if it fits, else below.
    pub(super) fn detail_with_source(&mut self, label: &str, text: &str, source: &str) {
        let room = self.detail_width();
        let from = self.glyphs().from;
        let mut lines = wrap(if text.is_empty() { "(nothing)" } else { text }, room);
        let source = escape(source);
        let one_line = format!("{}  {from} {source}", lines[0]);
        if lines.len() == 1 && display_width(&one_line) <= room {
            let source = self.paint(TextStyle::Dim, &format!("{from} {source}"));
            lines[0].push_str("  ");
            lines[0].push_str(&source);
        } else {
            let indent = display_width(from) + 1;
            for (index, line) in wrap(&source, room - indent).iter().enumerate() {
                let mark = if index == 0 { from } else { "" };
                let gap = indent - display_width(mark);
                lines.push(self.paint(TextStyle::Dim, &format!("{mark}{:gap$}{line}", "")));
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
            let line = format!("{:INDENT$}{}{:gap$}{line}", "", self.paint(TextStyle::Dim, label), "");
            self.line(&line);
        }
    }
}

/// Escapes a text and wraps it. A word that is too long is broken, after a slash if it has one.
fn wrap(text: &str, width: usize) -> Vec<String> {
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
    lines.into_iter().map(join).collect()
}

fn join(words: &[Word<'_>]) -> String {
    let line: String = words.iter().flat_map(|word| [word.word, word.whitespace]).collect();
    line.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn paths_break_after_a_slash_and_wide_characters_count_twice() {
        for (text, width, lines) in [
            ("", 10, vec![""]),
            ("ab cd  ef", 6, vec!["ab cd", "ef"]),
            ("in /etc/systemd/system/a.service", 15, vec!["in /etc/", "systemd/system/", "a.service"]),
            ("世界世界 ab", 5, vec!["世界", "世界", "ab"]),
            ("abcdefg", 3, vec!["abc", "def", "g"]),
            ("a\nb", 9, vec!["a\\nb"]),
        ] {
            assert_eq!(wrap(text, width), lines, "{text}");
        }
    }
}
