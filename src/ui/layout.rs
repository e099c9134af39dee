//! Blocks of styled text, laid out line by line within margins.

use console::Style;
use textwrap::core::display_width;

use crate::model::escape;

/// A page that grows block by block.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) width: usize,
    pub(super) color: bool,
    out: String,
    /// The paragraph in hand; [`Page::flush`] lays it out.
    pub(super) words: Words,
    /// The paragraph in hand is a heading.
    pub(super) heading: Option<Heading>,
    /// What each line begins with, one entry for each list item or quote around it.
    margins: Vec<Margin>,
    /// The next block stands apart from the last one.
    pub(super) apart: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heading {
    Title,
    Section,
    Inner,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a mark of its own, and any may meet any")]
pub(super) struct Inline {
    pub(super) emphasis: bool,
    pub(super) strong: bool,
    pub(super) code: bool,
    pub(super) link: bool,
}

/// A callout of some kind colours its margin and its first words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Hint,
    Warning,
}

/// A paragraph that is not laid out yet: its text, and what its bytes look like, one entry a span: where it ends, how.
#[derive(Debug, Default)]
pub(super) struct Words {
    pub(super) plain: String,
    pub(super) spans: Vec<(usize, Inline)>,
}

/// The beginning of lines inside of a block: the first one may carry a bullet.
#[derive(Debug)]
struct Margin {
    first: Option<String>,
    rest: String,
    tone: Tone,
}

impl Page {
    pub(super) fn new(width: usize, color: bool) -> Self {
        Self { width, color, ..Self::default() }
    }

    /// The whole text.
    pub(super) fn end(mut self) -> String {
        self.flush();
        self.out
    }

    /// Begins a quote or a callout; [`Page::leave`] ends it.
    pub(super) fn quote(&mut self, tone: Tone) {
        self.flush_tight();
        self.separate();
        self.margins.push(Margin { first: None, rest: "> ".into(), tone });
    }

    /// Begins a list item behind its bullet; [`Page::leave`] ends it.
    pub(super) fn item(&mut self, bullet: String) {
        self.margins.push(Margin { rest: " ".repeat(bullet.len()), first: Some(bullet), tone: Tone::Plain });
    }

    /// Ends the innermost quote or item.
    pub(super) fn leave(&mut self) {
        self.margins.pop();
    }

    /// A line from margin to margin.
    pub(super) fn rule(&mut self) {
        let rule = "-".repeat(self.width - self.margin_width());
        self.push(&rule, Inline::default());
        self.flush();
    }

    /// Text of a code block, as it is written.
    pub(super) fn push_code(&mut self, text: &str) {
        self.words.plain.push_str(text);
    }

    /// Inline text: its line ends are spaces, and what could act on the terminal is shown.
    pub(super) fn push(&mut self, text: &str, inline: Inline) {
        self.words.plain.push_str(&escape(&text.replace(['\n', '\t'], " ")));
        self.words.spans.push((self.words.plain.len(), inline));
    }

    /// Lays out the paragraph in hand.
    pub(super) fn flush(&mut self) {
        if self.words.plain.is_empty() {
            return;
        }
        self.separate();
        let words = std::mem::take(&mut self.words);
        let mut widest = 0;
        for (line, width) in self.wrapped(&words, self.width - self.margin_width()) {
            widest = widest.max(width);
            self.line(&line);
        }
        match self.heading {
            Some(Heading::Title) if !self.color => self.line(&"=".repeat(widest)),
            Some(Heading::Section) if !self.color => self.line(&"-".repeat(widest)),
            _ => {}
        }
        self.apart = true;
    }

    /// The lines of a paragraph in so many columns, styled, each with the width that is seen.
    pub(super) fn wrapped(&self, words: &Words, room: usize) -> Vec<(String, usize)> {
        let options = textwrap::Options::new(room)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        let mut position = 0;
        let mut lines = Vec::new();
        for line in textwrap::wrap(&words.plain, options) {
            // Wrapping only takes out spaces, so each line is found where the last one ended.
            position += words.plain[position..].find(line.as_ref()).unwrap_or(0);
            let styled = self.styled(words, position, position + line.len());
            position += line.len();
            lines.push((styled, display_width(&line)));
        }
        lines
    }

    /// Lays out the paragraph in hand where no empty line follows it: a tight list's item, a hard break.
    pub(super) fn flush_tight(&mut self) {
        if !self.words.plain.is_empty() {
            self.flush();
            self.apart = false;
        }
    }

    fn styled(&self, words: &Words, from: usize, to: usize) -> String {
        let mut styled = String::new();
        let mut start = 0;
        for (end, inline) in &words.spans {
            let (first, last) = (start.max(from), (*end).min(to));
            if first < last {
                styled.push_str(&self.paint(*inline, &words.plain[first..last]));
            }
            start = *end;
        }
        styled
    }

    fn paint(&self, inline: Inline, text: &str) -> String {
        let mut style = Style::new().force_styling(self.color);
        if inline.strong || self.heading.is_some() {
            style = style.bold();
            style = match self.margins.last().map(|margin| margin.tone) {
                Some(Tone::Hint) => style.cyan(),
                Some(Tone::Warning) => style.red(),
                _ => style,
            };
        }
        if self.heading == Some(Heading::Title) || inline.link {
            style = style.underlined();
        }
        if inline.emphasis {
            style = style.italic();
        }
        if inline.code {
            style = style.cyan();
        }
        style.apply_to(text).to_string()
    }

    pub(super) fn margin_width(&self) -> usize {
        // However deep the lists are, some room is left for words.
        self.margins.iter().map(|margin| margin.rest.len()).sum::<usize>().min(self.width - 20)
    }

    pub(super) fn separate(&mut self) {
        if std::mem::take(&mut self.apart) && !self.out.is_empty() {
            let quoted: String = self.margins.iter().map(|margin| margin.rest.as_str()).collect();
            self.out.push_str(quoted.trim_end());
            self.out.push('\n');
        }
    }

    pub(super) fn line(&mut self, line: &str) {
        let margin: String =
            self.margins.iter_mut().map(|margin| margin.first.take().unwrap_or_else(|| margin.rest.clone())).collect();
        let margin = &margin[margin.len() - self.margin_width()..];
        let tone = self.margins.iter().map(|margin| margin.tone).rfind(|tone| *tone != Tone::Plain);
        let style = Style::new().force_styling(self.color);
        match tone.filter(|_| self.color && margin.contains('>')) {
            Some(tone) => {
                let style = if tone == Tone::Hint { style.cyan() } else { style.red() };
                self.out.push_str(format!("{}{line}", style.apply_to(margin)).trim_end());
            }
            None => self.out.push_str(format!("{margin}{line}").trim_end()),
        }
        self.out.push('\n');
    }
}
