//! What can be done next, one command a line: short enough for any terminal, and to be copied whole.

use console::Style;

/// Aligned lines of what a person may want, and the command for it.
#[must_use]
pub fn signpost(ways: &[(&str, &str)], color: bool) -> String {
    let wide = ways.iter().map(|(wish, _)| wish.chars().count()).max().unwrap_or(0);
    let command = Style::new().cyan().force_styling(color);
    let lines: Vec<String> =
        ways.iter().map(|(wish, words)| format!("  {wish:wide$}   {}\n", command.apply_to(words))).collect();
    lines.concat()
}

#[cfg(test)]
mod tests {
    use super::signpost;

    #[test]
    fn commands_stand_under_each_other() {
        let ways = [("leave", "exit"), ("grade it", "unitlab check")];
        assert_eq!(signpost(&ways, false), "  leave      exit\n  grade it   unitlab check\n");
        assert_eq!(signpost(&ways[..1], true), "  leave   \u{1b}[36mexit\u{1b}[0m\n");
    }
}
