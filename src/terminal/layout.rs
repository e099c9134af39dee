//! Blocks of styled text, laid out line by line within margins.

use console::Style;
use textwrap::core::display_width;

use crate::model::escape;

/// A page that grows block by block.
#[derive(Debug, Default)]
pub(super) struct Page {
    width: usize,
    pub(super) color: bool,
    out: String,
    /// The paragraph in hand; [`Page::flush`] lays it out.
    pub(super) plain: String,
    /// What its bytes look like, one entry a span: where it ends, and how.
    spans: Vec<(usize, Inline)>,
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
pub(super) struct Inline {
    pub(super) emphasis: bool,
    pub(super) strong: bool,
    pub(super) code: bool,
}

/// The beginning of lines inside of a block: the first one may carry a bullet.
#[derive(Debug)]
struct Margin {
    first: Option<String>,
    rest: String,
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

    /// Begins a quote; [`Page::leave`] ends it.
    pub(super) fn quote(&mut self) {
        self.flush_tight();
        self.separate();
        self.margins.push(Margin { first: None, rest: "> ".into() });
    }

    /// Begins a list item behind its bullet; [`Page::leave`] ends it.
    pub(super) fn item(&mut self, bullet: String) {
        self.margins.push(Margin { rest: " ".repeat(bullet.len()), first: Some(bullet) });
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
        self.plain.push_str(text);
    }

    /// Inline text: its line ends are spaces, and what could act on the terminal is shown.
    pub(super) fn push(&mut self, text: &str, inline: Inline) {
        self.plain.push_str(&escape(&text.replace(['\n', '\t'], " ")));
        self.spans.push((self.plain.len(), inline));
    }

    /// Lays out the paragraph in hand.
    pub(super) fn flush(&mut self) {
        if self.plain.is_empty() {
            return;
        }
        self.separate();
        let plain = std::mem::take(&mut self.plain);
        let spans = std::mem::take(&mut self.spans);
        let options = textwrap::Options::new(self.width - self.margin_width())
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        let mut position = 0;
        let mut widest = 0;
        for line in textwrap::wrap(&plain, options) {
            // Wrapping only takes out spaces, so each line is found where the last one ended.
            position += plain[position..].find(line.as_ref()).unwrap_or(0);
            let styled = self.styled(&plain, &spans, position, position + line.len());
            position += line.len();
            widest = widest.max(display_width(&line));
            self.line(&styled);
        }
        match self.heading {
            Some(Heading::Title) if !self.color => self.line(&"=".repeat(widest)),
            Some(Heading::Section) if !self.color => self.line(&"-".repeat(widest)),
            _ => {}
        }
        self.apart = true;
    }

    /// Lays out the paragraph in hand where no empty line follows it: a tight list's item, a hard break.
    pub(super) fn flush_tight(&mut self) {
        if !self.plain.is_empty() {
            self.flush();
            self.apart = false;
        }
    }

    /// Lays out a code block, line by line as it was written; a line that is too long goes on further in.
    pub(super) fn flush_code(&mut self) {
        self.separate();
        let code = std::mem::take(&mut self.plain);
        let room = self.width - self.margin_width();
        let options = textwrap::Options::new(room)
            .initial_indent("    ")
            .subsequent_indent("      ")
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        for line in code.lines() {
            let line = line.replace('\t', "    ");
            for part in textwrap::wrap(&escape(&line), &options) {
                let part = self.paint(Inline { code: true, ..Inline::default() }, &part);
                self.line(&part);
            }
        }
        self.apart = true;
    }

    fn styled(&self, plain: &str, spans: &[(usize, Inline)], from: usize, to: usize) -> String {
        let mut styled = String::new();
        let mut start = 0;
        for (end, inline) in spans {
            let (first, last) = (start.max(from), (*end).min(to));
            if first < last {
                styled.push_str(&self.paint(*inline, &plain[first..last]));
            }
            start = *end;
        }
        styled
    }

    fn paint(&self, inline: Inline, text: &str) -> String {
        let mut style = Style::new().force_styling(self.color);
        if inline.strong || self.heading.is_some() {
            style = style.bold();
        }
        if self.heading == Some(Heading::Title) {
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

    fn margin_width(&self) -> usize {
        // However deep the lists are, some room is left for words.
        self.margins.iter().map(|margin| margin.rest.len()).sum::<usize>().min(self.width - 20)
    }

    fn separate(&mut self) {
        if std::mem::take(&mut self.apart) && !self.out.is_empty() {
            let quoted: String = self.margins.iter().map(|margin| margin.rest.as_str()).collect();
            self.out.push_str(quoted.trim_end());
            self.out.push('\n');
        }
    }

    fn line(&mut self, line: &str) {
        let margin: String =
            self.margins.iter_mut().map(|margin| margin.first.take().unwrap_or_else(|| margin.rest.clone())).collect();
        let margin = &margin[margin.len() - self.margin_width()..];
        self.out.push_str(format!("{margin}{line}").trim_end());
        self.out.push('\n');
    }
}
