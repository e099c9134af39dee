//! Colours and signs as this terminal has them, legible on dark and on light.

use console::{Style, measure_text_width};

/// How things are drawn here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brush {
    /// Columns to write in.
    pub width: usize,
    /// Colours are shown.
    pub color: bool,
    /// Signs beyond ASCII are shown.
    pub unicode: bool,
}

impl Brush {
    fn style(self) -> Style {
        Style::new().force_styling(self.color)
    }

    pub(super) fn bold(self, text: &str) -> String {
        self.style().bold().apply_to(text).to_string()
    }

    pub(super) fn dim(self, text: &str) -> String {
        self.style().dim().apply_to(text).to_string()
    }

    pub(super) fn accent(self, text: &str) -> String {
        self.style().cyan().apply_to(text).to_string()
    }

    pub(super) fn strong(self, text: &str) -> String {
        self.style().cyan().bold().apply_to(text).to_string()
    }

    pub(super) fn good(self, text: &str) -> String {
        self.style().green().bold().apply_to(text).to_string()
    }

    pub(super) fn bad(self, text: &str) -> String {
        self.style().red().bold().apply_to(text).to_string()
    }

    /// The row that is chosen: reversed where colours are, marked anyway.
    pub(super) fn chosen(self, text: &str) -> String {
        self.style().reverse().apply_to(text).to_string()
    }

    /// One of two signs.
    pub(super) fn sign(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        if self.unicode { unicode } else { ascii }
    }

    /// A line over the whole width, with words in it at its left and its right.
    pub(super) fn rule(self, left: &str, right: &str) -> String {
        let dash = self.sign("─", "-");
        let part = |text: &str| if text.is_empty() { String::new() } else { format!(" {text} ") };
        let (left, right) = (part(left), part(right));
        let end = if right.is_empty() { 0 } else { 2 };
        let used = 2 + measure_text_width(&left) + measure_text_width(&right) + end;
        let middle = self.width.saturating_sub(used);
        format!(
            "{}{left}{}{right}{}",
            self.dim(&dash.repeat(2)),
            self.dim(&dash.repeat(middle)),
            self.dim(&dash.repeat(end))
        )
    }

    /// What cannot be shown here, in signs that can.
    pub(super) fn shown(self, text: String) -> String {
        if self.unicode || text.is_ascii() {
            return text;
        }
        let map = |character| match character {
            '─' | '━' | '–' | '—' | '‑' => '-',
            '│' | '┃' | '▌' => '|',
            '┌' | '┐' | '└' | '┘' | '├' | '┤' | '┬' | '┴' | '┼' | '╭' | '╮' | '╰' | '╯' => {
                '+'
            }
            '▶' | '▸' | '→' | '►' => '>',
            '◀' | '←' | '◂' => '<',
            '▼' | '↓' | '▾' => 'v',
            '▲' | '↑' => '^',
            '●' | '•' | '✓' => '*',
            '○' | '·' | '…' => '.',
            '×' | '✗' => 'x',
            '“' | '”' => '"',
            '‘' | '’' => '\'',
            other => other,
        };
        text.chars().map(map).collect()
    }

    /// Cuts a text that is too wide, and says so.
    pub(super) fn cut(self, text: &str, width: usize) -> String {
        console::truncate_str(text, width, self.sign("…", ">")).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::Brush;

    #[test]
    fn a_rule_fills_its_width() {
        let brush = Brush { width: 20, color: false, unicode: true };
        assert_eq!(brush.rule("", ""), "─".repeat(20));
        assert_eq!(brush.rule("more", "up"), "── more ────── up ──");
        let ascii = Brush { unicode: false, ..brush };
        assert_eq!(ascii.shown("┌─▶ “x” ↓".into()), "+-> \"x\" v");
    }
}
