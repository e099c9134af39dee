//! Whether the output of a command matches what the chapter expects.

use regex_lite::Regex;

/// Whether the output matches the regular expression `expect`.
pub(crate) fn output_matches(expect: &str, output: &str) -> bool {
    Regex::new(expect).is_ok_and(|regex| regex.is_match(output))
}

#[cfg(test)]
mod tests {
    use super::output_matches;

    #[test]
    fn the_expression_may_match_one_line() {
        assert!(output_matches("(?m)^b$", "a\nb\n") && !output_matches("^b$", "a\nb"));
    }
}
