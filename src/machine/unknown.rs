//! How this room says that it could not tell.

use crate::model::Unknown;

/// A reason without a remedy.
pub(crate) fn unknown(reason: impl Into<String>) -> Unknown {
    Unknown { reason: reason.into(), remedy: String::new() }
}

/// A reason, and what would help.
pub(crate) fn unknown_but(reason: impl Into<String>, remedy: &str) -> Unknown {
    Unknown { reason: reason.into(), remedy: remedy.to_owned() }
}

/// The last line of what a program said on stderr, cut to a sentence's length; it may be anybody's text.
pub(crate) fn last_words(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let line = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    line.trim().chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::last_words;

    #[test]
    fn the_last_line_with_words_is_kept_and_bounded() {
        for (stderr, kept) in [
            ("first\nFailed to connect to bus: No such file\n\n", "Failed to connect to bus: No such file"),
            ("", ""),
            (" \n", ""),
        ] {
            assert_eq!(last_words(stderr.as_bytes()), kept);
        }
        assert_eq!(last_words("x".repeat(9000).as_bytes()).len(), 300);
        assert_eq!(last_words(b"bad \xff byte"), "bad \u{fffd} byte");
    }
}
