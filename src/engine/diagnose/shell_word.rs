//! Words that are safe to paste into a shell.

/// The word, if a shell takes it literally. Text from the machine is put into a suggested command only if it is such a word.
pub(crate) fn shell_safe(word: &str) -> Option<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/@".contains(c);
    (!word.is_empty() && !word.starts_with('-') && word.chars().all(plain)).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::shell_safe;

    #[test]
    fn only_plain_words_are_safe() {
        for (word, safe) in [
            ("/opt/app-1.0/serve.sh", true),
            ("getty@tty1.service", true),
            ("", false),
            ("-rf", false),
            ("/opt/a b", false),
            ("/opt/$(reboot)", false),
            ("x;y", false),
        ] {
            assert_eq!(shell_safe(word).is_some(), safe, "{word}");
        }
    }
}
