//! A short list of commands to run next.

use console::Style as Colors;

/// Formats one line for each step: its purpose, then its command. Commands are aligned, and never wrapped so that they
/// can be copied.
pub(crate) fn next_steps(steps: &[(&str, &str)], color: bool) -> String {
    let width = steps.iter().map(|(what, _)| what.chars().count()).max().unwrap_or(0);
    let colors = Colors::new().cyan().force_styling(color);
    let lines: Vec<String> =
        steps.iter().map(|(what, command)| format!("  {what:width$}   {}\n", colors.apply_to(command))).collect();
    lines.concat()
}

#[cfg(test)]
mod tests {
    use super::next_steps;

    #[test]
    fn commands_are_aligned() {
        let steps = [("leave", "exit"), ("grade it", "unitlab check")];
        assert_eq!(next_steps(&steps, false), "  leave      exit\n  grade it   unitlab check\n");
        assert_eq!(next_steps(&steps[..1], true), "  leave   \u{1b}[36mexit\u{1b}[0m\n");
    }
}
