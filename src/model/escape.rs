//! Escapes text for a terminal.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Escapes every control character and every invisible or reordering one: `\n`, `\x1b`, `\u{202e}`.
///
/// The result is one line. Backslashes are not escaped, since unit files are full of them; the result is for reading and
/// cannot be parsed back.
#[must_use]
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(deceives) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            ascii if deceives(ascii) && ascii.is_ascii() => {
                // Writing to a String cannot fail.
                let _ = write!(shown, "\\x{:02x}", u32::from(ascii));
            }
            other if deceives(other) => {
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(other));
            }
            plain => shown.push(plain),
        }
    }
    Cow::Owned(shown)
}

/// Whether the character controls a terminal, is invisible, or changes the order of others.
#[must_use]
pub fn deceives(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{a0}'                    // no-break space
            | '\u{ad}'                  // soft hyphen
            | '\u{61c}'                 // Arabic letter mark
            | '\u{180e}'
            | '\u{2000}'..='\u{200f}'   // wide, narrow and zero-width spaces, direction marks
            | '\u{2028}'..='\u{202f}'   // line separators, embeddings, overrides
            | '\u{205f}'..='\u{206f}'   // invisible operators, isolates
            | '\u{3000}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}' // tags
            | '\u{fdd0}'..='\u{fdef}'   // noncharacters; XML and YAML forbid some of them
        )
        || u32::from(character) & 0xfffe == 0xfffe // noncharacters at the end of each plane
}

#[cfg(test)]
mod tests {
    use super::escape;
    use proptest::prelude::*;
    use std::borrow::Cow;

    #[test]
    fn plain_text_is_unchanged() {
        for text in ["", "ExecStart=/bin/sh -c 'a \\'", "Grüße, 世界 ✓", "e\u{301}"] {
            assert!(matches!(escape(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn control_and_invisible_characters_are_escaped() {
        for (hostile, shown) in [
            ("\x1b[2J\x1b]0;title\x07", "\\x1b[2J\\x1b]0;title\\x07"),
            ("User=a\nUser=b\r\t", "User=a\\nUser=b\\r\\t"),
            ("\u{9b}31m\x7f\0", "\\u{9b}31m\\x7f\\x00"),
            ("\u{202e}toor\u{2066}", "\\u{202e}toor\\u{2066}"),
            ("User=\u{a0}www\u{200b}", "User=\\u{a0}www\\u{200b}"),
            ("\u{e0041}", "\\u{e0041}"),
            ("\u{fdd0}\u{fffe}\u{1ffff}", "\\u{fdd0}\\u{fffe}\\u{1ffff}"),
        ] {
            assert_eq!(escape(hostile), shown);
        }
    }

    proptest! {
        #[test]
        fn the_result_has_no_unsafe_character(text in any::<String>()) {
            prop_assert!(!escape(&text).contains(super::deceives));
        }
    }
}
