//! A line that is being typed, and the place in it.

use super::event::Key;

/// Text with a cursor, as line editors have it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    before: String,
    after: String,
}

/// A longer line is nobody's answer.
const LONGEST: usize = 1000;

impl Entry {
    /// A line with the cursor at its end.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self { before: text.to_owned(), after: String::new() }
    }

    /// The whole line.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}{}", self.before, self.after)
    }

    /// What stands before the cursor, and what behind it.
    #[must_use]
    pub fn halves(&self) -> (&str, &str) {
        (&self.before, &self.after)
    }

    /// Edits; false for a key that means nothing to a line.
    pub fn press(&mut self, key: Key) -> bool {
        match key {
            Key::Char(character) if !character.is_control() => {
                if self.before.len() + self.after.len() < LONGEST {
                    self.before.push(character);
                }
            }
            Key::Backspace | Key::Ctrl('h') => drop(self.before.pop()),
            Key::Delete => drop(self.cut_after()),
            Key::Left | Key::Ctrl('b') => {
                if let Some(character) = self.before.pop() {
                    self.after.insert(0, character);
                }
            }
            Key::Right | Key::Ctrl('f') => {
                if let Some(character) = self.cut_after() {
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

    fn cut_after(&mut self) -> Option<char> {
        (!self.after.is_empty()).then(|| self.after.remove(0))
    }
}

#[cfg(test)]
mod tests {
    use super::{Entry, Key};

    #[test]
    fn a_line_is_edited_as_everywhere() {
        use Key::{Backspace, Char, Ctrl, Delete, End, Home, Left, Right};
        for (keys, halves) in [
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
            let mut entry = Entry::of("ab c");
            for key in keys {
                entry.press(*key);
            }
            assert_eq!(entry.halves(), halves, "{keys:?}");
        }
    }
}
