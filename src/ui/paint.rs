//! Colours, horizontal rules, and ASCII fallbacks. The colours are legible on dark and on light backgrounds.

use console::measure_text_width;

use crate::model::Style;

impl Style {
    fn colors(self) -> console::Style {
        console::Style::new().force_styling(self.color)
    }

    pub(super) fn bold(self, text: &str) -> String {
        self.colors().bold().apply_to(text).to_string()
    }

    pub(super) fn dim(self, text: &str) -> String {
        self.colors().dim().apply_to(text).to_string()
    }

    pub(super) fn accent(self, text: &str) -> String {
        self.colors().cyan().apply_to(text).to_string()
    }

    pub(super) fn bold_accent(self, text: &str) -> String {
        self.colors().cyan().bold().apply_to(text).to_string()
    }

    pub(super) fn good(self, text: &str) -> String {
        self.colors().green().bold().apply_to(text).to_string()
    }

    pub(super) fn bad(self, text: &str) -> String {
        self.colors().red().bold().apply_to(text).to_string()
    }

    /// Reverse video, for the selected row. Without colour it has no effect, so draw a pointer too.
    pub(super) fn selected(self, text: &str) -> String {
        self.colors().reverse().apply_to(text).to_string()
    }

    /// A horizontal rule over the whole width, with a text near each end.
    pub(super) fn rule(self, left: &str, right: &str) -> String {
        let line = self.glyphs().rule;
        let part = |text: &str| if text.is_empty() { String::new() } else { format!(" {text} ") };
        let (left, right) = (part(left), part(right));
        let end = if right.is_empty() { 0 } else { 2 };
        let used = 2 + measure_text_width(&left) + measure_text_width(&right) + end;
        let middle = self.width.saturating_sub(used);
        format!(
            "{}{left}{}{right}{}",
            self.dim(&line.repeat(2)),
            self.dim(&line.repeat(middle)),
            self.dim(&line.repeat(end))
        )
    }

    /// If the terminal shows only ASCII, replaces other common characters with similar ones.
    pub(super) fn to_charset(self, text: String) -> String {
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

    /// Cuts a text that is wider than `width`, and marks the cut.
    pub(super) fn cut(self, text: &str, width: usize) -> String {
        console::truncate_str(text, width, self.glyphs().cut).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use crate::model::Style;

    #[test]
    fn a_rule_fills_the_width() {
        let style = Style { width: 20, color: false, unicode: true };
        assert_eq!(style.rule("", ""), "─".repeat(20));
        assert_eq!(style.rule("more", "up"), "── more ────── up ──");
    }

    #[test]
    fn ascii_terminals_get_similar_characters() {
        let ascii = Style { width: 20, color: false, unicode: false };
        assert_eq!(ascii.to_charset("┌─▶ “x” ↓".into()), "+-> \"x\" v");
    }
}
