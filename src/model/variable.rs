//! The variables of a lab, which have other values for each learner.

/// A placeholder in a lab's files, `{{port}}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// The text between the braces.
    pub name: String,
    pub choice: Choice,
}

/// How a value is chosen at random.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// One of these; never empty.
    Pick(Vec<String>),
    /// A whole number between the two, both included.
    Range(i64, i64),
    /// The items in random order, one for each place, written `{{name.place}}`. Both lists have the same length.
    Deal { items: Vec<String>, places: Vec<String> },
}
