//! A one-line text editor.

use super::key::Key;

/// A line of text with a cursor, edited with the usual Emacs keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LineEditor {
    before: String,
    after: String,
}

/// Maximum length in bytes; further characters are ignored.
const MAX_LENGTH: usize = 1000;

impl LineEditor {
    /// Starts with this text, the cursor at its end.
    pub(crate) fn new(text: &str) -> Self {
        Self { before: text.to_owned(), after: String::new() }
    }

    pub(crate) fn text(&self) -> String {
        format!("{}{}", self.before, self.after)
    }

    /// The text before the cursor, and the text after it.
    pub(crate) fn around_cursor(&self) -> (&str, &str) {
        (&self.before, &self.after)
    }

    /// Edits the line; returns false for a key that does not edit.
    pub(crate) fn press(&mut self, key: Key) -> bool {
        match key {
            Key::Char(character) if !character.is_control() => {
                if self.before.len() + self.after.len() < MAX_LENGTH {
                    self.before.push(character);
                }
            }
            Key::Backspace | Key::Ctrl('h') => drop(self.before.pop()),
            Key::Delete => drop(self.remove_next()),
            Key::Left | Key::Ctrl('b') => {
                if let Some(character) = self.before.pop() {
                    self.after.insert(0, character);
                }
            }
            Key::Right | Key::Ctrl('f') => {
                if let Some(character) = self.remove_next() {
                    self.before.push(character);
                }
            }
            Key::Home | Key::Ctrl('a') => {
                self.after.insert_str(0, &self.before);
                self.before.clear();
            }
            Key::End | Key::Ctrl('e') => self.before.push_str(&std::mem::take(&mut self.after)),
            Key::Ctrl('u') => self.before.clear(),
            Key::Ctrl('k') => self.after.clear(),
            Key::Ctrl('w') => {
                let kept = self.before.trim_end();
                let kept = kept.rfind(' ').map_or(0, |space| space + 1);
                self.before.truncate(kept);
            }
            _ => return false,
        }
        true
    }

    fn remove_next(&mut self) -> Option<char> {
        (!self.after.is_empty()).then(|| self.after.remove(0))
    }
}

#[cfg(test)]
mod tests {
    use super::{Key, LineEditor};

    #[test]
    fn keys_edit_the_line_as_in_a_shell() {
        use Key::{Backspace, Char, Ctrl, Delete, End, Home, Left, Right};
        for (keys, expected) in [
            (&[Char('x')][..], ("ab cx", "")),
            (&[Left, Left, Char('é')], ("abé", " c")),
            (&[Home, Delete, Right], ("b", " c")),
            (&[Left, Home, End, Backspace], ("ab ", "")),
            (&[Ctrl('w')], ("ab ", "")),
            (&[Ctrl('w'), Ctrl('w')], ("", "")),
            (&[Left, Ctrl('u')], ("", "c")),
            (&[Left, Ctrl('k')], ("ab ", "")),
            (&[Ctrl('a'), Backspace, Left], ("", "ab c")),
            (&[Char('\x1b'), Key::Up], ("ab c", "")),
        ] {
            let mut editor = LineEditor::new("ab c");
            for key in keys {
                editor.press(*key);
            }
            assert_eq!(editor.around_cursor(), expected, "{keys:?}");
        }
    }
}
