//! Writes blocks of styled text line by line, within the margins of lists and quotes.

use console::Style as Colors;
use textwrap::core::display_width;

use crate::model::escape;
use crate::ui::wrap::options as wrap_options;

#[derive(Debug, Default)]
pub(super) struct BlockWriter {
    pub(super) width: usize,
    pub(super) color: bool,
    out: String,
    /// The current paragraph; [`BlockWriter::flush`] writes it.
    pub(super) paragraph: StyledText,
    /// Set if the current paragraph is a heading.
    pub(super) heading: Option<Heading>,
    /// One for each list item or quote around the current block.
    margins: Vec<Margin>,
    /// Whether an empty line is written before the next block.
    pub(super) needs_gap: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heading {
    Title,
    Section,
    Inner,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "inline styles combine freely")]
pub(super) struct Inline {
    pub(super) emphasis: bool,
    pub(super) strong: bool,
    pub(super) code: bool,
    pub(super) link: bool,
}

/// The colour of a quote's margin and strong text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Hint,
    Warning,
}

/// Text before it is wrapped.
#[derive(Debug, Default)]
pub(super) struct StyledText {
    pub(super) plain: String,
    /// The end of each span, as a byte offset, and its style.
    pub(super) spans: Vec<(usize, Inline)>,
}

/// The start of each line in a list item or quote.
#[derive(Debug)]
struct Margin {
    /// The bullet on the first line; none once it is written.
    first: Option<String>,
    rest: String,
    tone: Tone,
}

impl BlockWriter {
    pub(super) fn new(width: usize, color: bool) -> Self {
        Self { width, color, ..Self::default() }
    }

    /// Writes the last paragraph and returns the text.
    pub(super) fn finish(mut self) -> String {
        self.flush();
        self.out
    }

    /// Begins a quote or a callout; [`BlockWriter::end_container`] ends it.
    pub(super) fn begin_quote(&mut self, tone: Tone) {
        self.flush_tight();
        self.write_gap();
        self.margins.push(Margin { first: None, rest: "> ".into(), tone });
    }

    /// Begins a list item; [`BlockWriter::end_container`] ends it.
    pub(super) fn begin_item(&mut self, bullet: String) {
        self.margins.push(Margin { rest: " ".repeat(bullet.len()), first: Some(bullet), tone: Tone::Plain });
    }

    /// Ends the innermost quote or item.
    pub(super) fn end_container(&mut self) {
        self.margins.pop();
    }

    /// Writes a horizontal rule.
    pub(super) fn rule(&mut self) {
        let rule = "-".repeat(self.width - self.margin_width());
        self.push(&rule, Inline::default());
        self.flush();
    }

    /// Adds text of a code block, unchanged; [`BlockWriter::flush_code`] escapes it.
    pub(super) fn push_code(&mut self, text: &str) {
        self.paragraph.plain.push_str(text);
    }

    /// Adds inline text. Newlines become spaces, and control characters are escaped.
    pub(super) fn push(&mut self, text: &str, inline: Inline) {
        self.paragraph.plain.push_str(&escape(&text.replace(['\n', '\t'], " ")));
        self.paragraph.spans.push((self.paragraph.plain.len(), inline));
    }

    /// Writes the current paragraph, if there is one.
    pub(super) fn flush(&mut self) {
        if self.paragraph.plain.is_empty() {
            return;
        }
        self.write_gap();
        let text = std::mem::take(&mut self.paragraph);
        let mut widest = 0;
        for (line, width) in self.wrapped(&text, self.width - self.margin_width()) {
            widest = widest.max(width);
            self.line(&line);
        }
        match self.heading {
            Some(Heading::Title) if !self.color => self.line(&"=".repeat(widest)),
            Some(Heading::Section) if !self.color => self.line(&"-".repeat(widest)),
            _ => {}
        }
        self.needs_gap = true;
    }

    /// Wraps and styles a text. Returns each line with its width on the screen.
    pub(super) fn wrapped(&self, text: &StyledText, width: usize) -> Vec<(String, usize)> {
        let mut position = 0;
        let mut lines = Vec::new();
        for line in textwrap::wrap(&text.plain, wrap_options(width)) {
            // Wrapping only removes spaces, so each line follows the last one in the text.
            position += text.plain[position..].find(line.as_ref()).unwrap_or(0);
            let styled = self.styled(text, position, position + line.len());
            position += line.len();
            lines.push((styled, display_width(&line)));
        }
        lines
    }

    /// Writes the current paragraph, without an empty line after it.
    pub(super) fn flush_tight(&mut self) {
        if !self.paragraph.plain.is_empty() {
            self.flush();
            self.needs_gap = false;
        }
    }

    fn styled(&self, text: &StyledText, from: usize, to: usize) -> String {
        let mut styled = String::new();
        let mut start = 0;
        for (end, inline) in &text.spans {
            let (first, last) = (start.max(from), (*end).min(to));
            if first < last {
                styled.push_str(&self.paint(*inline, &text.plain[first..last]));
            }
            start = *end;
        }
        styled
    }

    fn paint(&self, inline: Inline, text: &str) -> String {
        let mut style = Colors::new().force_styling(self.color);
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
        // Nested lists leave at least 20 columns for the text.
        self.margins.iter().map(|margin| margin.rest.len()).sum::<usize>().min(self.width - 20)
    }

    /// Writes the empty line before a block, if one is needed.
    pub(super) fn write_gap(&mut self) {
        if std::mem::take(&mut self.needs_gap) && !self.out.is_empty() {
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
        let style = Colors::new().force_styling(self.color);
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
