//! What a learner may paste into a shell: only a plain word of theirs is repeated in a command.

/// The word, if a shell takes it for nothing else.
pub(crate) fn shell_safe(word: &str) -> Option<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/@".contains(c);
    (!word.is_empty() && !word.starts_with('-') && word.chars().all(plain)).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::shell_safe;

    #[test]
    fn only_a_plain_word_is_pasted() {
        for (word, plain) in [
            ("/opt/app-1.0/serve.sh", true),
            ("getty@tty1.service", true),
            ("", false),
            ("-rf", false),
            ("/opt/a b", false),
            ("/opt/$(reboot)", false),
            ("x;y", false),
        ] {
            assert_eq!(shell_safe(word).is_some(), plain, "{word}");
        }
    }
}
