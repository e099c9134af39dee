//! Makes an `Unknown`: the reason why a question has no answer.

use crate::model::Unknown;
use crate::os::MissingSoftware;

pub(crate) fn unknown(reason: impl Into<String>) -> Unknown {
    Unknown { reason: reason.into(), remedy: None }
}

pub(crate) fn unknown_with_remedy(reason: impl Into<String>, remedy: &str) -> Unknown {
    Unknown { reason: reason.into(), remedy: Some(remedy.to_owned()).filter(|remedy| !remedy.is_empty()) }
}

/// A program that answers the question is missing.
pub(crate) fn not_installed(missing: MissingSoftware) -> Unknown {
    unknown_with_remedy(missing.to_string(), &missing.next())
}

/// The last line of a program's stderr, cut to 300 characters.
pub(crate) fn last_line(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let line = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    line.trim().chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::last_line;

    #[test]
    fn the_last_line_that_is_not_blank_is_kept() {
        for (stderr, kept) in [
            ("first\nFailed to connect to bus: No such file\n\n", "Failed to connect to bus: No such file"),
            ("", ""),
            (" \n", ""),
        ] {
            assert_eq!(last_line(stderr.as_bytes()), kept);
        }
        assert_eq!(last_line("x".repeat(9000).as_bytes()).len(), 300);
        assert_eq!(last_line(b"bad \xff byte"), "bad \u{fffd} byte");
    }
}
