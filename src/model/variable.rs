//! What differs from learner to learner in a lab.

/// A name in a lab's files, `{{port}}`, for which each learner has a value of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// As it stands between the braces.
    pub name: String,
    /// Where its value comes from.
    pub choice: Choice,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// One of these; never empty.
    Pick(Vec<String>),
    /// A whole number from the first to the last.
    Range(i64, i64),
    /// These are dealt out, one to each of the places, which are written `{{name.place}}`. There are as many of the one
    /// as of the other.
    Deal {
        /// What is dealt.
        cards: Vec<String>,
        /// To whom.
        places: Vec<String>,
    },
}
