//! How prompts look: one theme for all of them, in the colours and glyphs of the terminal.

use std::fmt::{self, Write};

use dialoguer::theme::Theme;

use crate::model::Style;

/// The theme of every prompt. Its texts are already escaped and cut.
#[derive(Debug, Clone, Copy)]
pub(super) struct PromptTheme {
    pub(super) style: Style,
}

impl Theme for PromptTheme {
    fn format_prompt(&self, f: &mut dyn Write, prompt: &str) -> fmt::Result {
        write!(f, "{}", self.style.bold(prompt))
    }

    fn format_select_prompt(&self, f: &mut dyn Write, prompt: &str) -> fmt::Result {
        let keys = format!("{} and Enter choose, Esc leaves", self.style.glyphs().up_down);
        // dialoguer adds a page number, ` [Page 1/2] `.
        let used = prompt.chars().count() + keys.chars().count() + 16;
        write!(f, "{}", self.style.bold(prompt))?;
        if used <= self.style.width {
            write!(f, "  {}", self.style.dim(&keys))?;
        }
        Ok(())
    }

    fn format_select_prompt_selection(&self, f: &mut dyn Write, prompt: &str, row: &str) -> fmt::Result {
        // The name is enough.
        self.format_input_prompt_selection(f, prompt, row.split_whitespace().next().unwrap_or_default())
    }

    fn format_select_prompt_item(&self, f: &mut dyn Write, text: &str, active: bool) -> fmt::Result {
        if active {
            write!(f, "{} {}", self.style.bold_accent(self.style.glyphs().pointer), self.style.bold_accent(text))
        } else {
            write!(f, "  {text}")
        }
    }

    fn format_confirm_prompt(&self, f: &mut dyn Write, prompt: &str, _: Option<bool>) -> fmt::Result {
        write!(f, "{} {} ", self.style.bold(prompt), self.style.dim("[y/N]"))
    }

    fn format_confirm_prompt_selection(&self, f: &mut dyn Write, prompt: &str, answer: Option<bool>) -> fmt::Result {
        self.format_confirm_prompt(f, prompt, None)?;
        write!(f, "{}", self.style.accent(if answer == Some(true) { "yes" } else { "no" }))
    }

    fn format_input_prompt(&self, f: &mut dyn Write, prompt: &str, _: Option<&str>) -> fmt::Result {
        write!(f, "{} ", self.style.bold(prompt))
    }

    fn format_input_prompt_selection(&self, f: &mut dyn Write, prompt: &str, answer: &str) -> fmt::Result {
        self.format_input_prompt(f, prompt, None)?;
        write!(f, "{}", self.style.accent(answer))
    }

    fn format_error(&self, f: &mut dyn Write, error: &str) -> fmt::Result {
        write!(f, "{}", self.style.bad(error))
    }
}
