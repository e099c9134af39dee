//! Code in a page: as it was written, lightly coloured.

use console::Style;

use super::layout::Page;
use crate::model::escape;

/// What a code block is written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Language {
    #[default]
    Other,
    /// A drawing, or output: nothing is coloured.
    Text,
    UnitFile,
    /// What was typed, behind a prompt, and what was printed.
    Console,
}

impl Page {
    /// Lays out a code block, line by line as it was written; a line that is too long goes on further in.
    pub(super) fn flush_code(&mut self, language: Language) {
        self.separate();
        let code = std::mem::take(&mut self.words).plain;
        let room = self.width - self.margin_width();
        let options = textwrap::Options::new(room)
            .initial_indent("  ")
            .subsequent_indent("    ")
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        for line in code.lines() {
            let line = line.replace('\t', "    ");
            for part in textwrap::wrap(&escape(&line), &options) {
                let part = self.color_code(&part, language);
                self.line(&part);
            }
        }
        self.apart = true;
    }

    /// One line of code, lightly coloured.
    fn color_code(&self, line: &str, language: Language) -> String {
        let style = || Style::new().force_styling(self.color);
        let text = line.trim_start();
        let indent = &line[..line.len() - text.len()];
        match language {
            Language::Text => line.to_owned(),
            Language::Other => style().cyan().apply_to(line).to_string(),
            Language::UnitFile if text.starts_with('[') => format!("{indent}{}", style().bold().apply_to(text)),
            Language::UnitFile if text.starts_with(['#', ';']) => format!("{indent}{}", style().dim().apply_to(text)),
            Language::UnitFile => match text.split_once('=') {
                Some((key, value)) => format!("{indent}{}={value}", style().cyan().apply_to(key)),
                None => line.to_owned(),
            },
            Language::Console => match text.split_once(' ') {
                Some((prompt @ ("$" | "#"), typed)) => {
                    format!("{indent}{} {}", style().dim().apply_to(prompt), style().cyan().apply_to(typed))
                }
                _ => line.to_owned(),
            },
        }
    }
}
