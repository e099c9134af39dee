//! The line of a file that a message is about.

/// One line of a file, or the part of a long one, and the piece of it to underline.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Excerpt {
    /// The line's number, from 1.
    pub line: usize,
    pub before: String,
    /// The piece to underline; may be empty.
    pub marked: String,
    pub after: String,
}
