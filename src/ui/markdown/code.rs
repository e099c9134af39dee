//! Code blocks.

use console::Style as Colors;

use super::block_writer::BlockWriter;
use crate::model::escape;
use crate::ui::wrap::options as wrap_options;

/// The language of a code block, which decides its colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Language {
    #[default]
    Other,
    /// A drawing or output: no colours.
    Text,
    UnitFile,
    /// Commands after a prompt, and their output.
    Console,
}

impl BlockWriter {
    /// Writes the current paragraph as a code block. Long lines wrap with a deeper indent.
    pub(super) fn flush_code(&mut self, language: Language) {
        self.write_gap();
        let code = std::mem::take(&mut self.paragraph).plain;
        let width = self.width - self.margin_width();
        let options = wrap_options(width).initial_indent("  ").subsequent_indent("    ");
        for line in code.lines() {
            let line = line.replace('\t', "    ");
            for part in textwrap::wrap(&escape(&line), &options) {
                let part = self.color_code(&part, language);
                self.line(&part);
            }
        }
        self.needs_gap = true;
    }

    fn color_code(&self, line: &str, language: Language) -> String {
        let colors = || Colors::new().force_styling(self.color);
        let text = line.trim_start();
        let indent = &line[..line.len() - text.len()];
        match language {
            Language::Text => line.to_owned(),
            Language::Other => colors().cyan().apply_to(line).to_string(),
            Language::UnitFile if text.starts_with('[') => format!("{indent}{}", colors().bold().apply_to(text)),
            Language::UnitFile if text.starts_with(['#', ';']) => format!("{indent}{}", colors().dim().apply_to(text)),
            Language::UnitFile => match text.split_once('=') {
                Some((key, value)) => format!("{indent}{}={value}", colors().cyan().apply_to(key)),
                None => line.to_owned(),
            },
            Language::Console => match text.split_once(' ') {
                Some((prompt @ ("$" | "#"), typed)) => {
                    format!("{indent}{} {}", colors().dim().apply_to(prompt), colors().cyan().apply_to(typed))
                }
                _ => line.to_owned(),
            },
        }
    }
}
