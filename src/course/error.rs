//! Errors in a course, for its author: where, what, and how to fix it.

use std::fmt;

use crate::engine::{self, suggest};
use crate::model::Chapter;

/// One error in a course.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CourseError {
    /// The file, relative to the directory of the course: `labs/sre-app/lab.toml`.
    pub file: String,
    /// Line and column, both from 1; none for the whole file.
    pub at: Option<(usize, usize)>,
    /// What is wrong.
    pub what: String,
    /// How to fix it, with a did-you-mean where there is one; empty when `what` is enough.
    pub mend: String,
}

impl CourseError {
    /// A mistake that concerns a file as a whole.
    pub(super) fn of_file(file: impl Into<String>, what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { file: file.into(), at: None, what: what.into(), mend: mend.into() }
    }
}

/// Returns `did you mean "points"?`, or all candidates when none is near.
pub(super) fn did_you_mean<S: AsRef<str>>(word: &str, candidates: &[S]) -> String {
    let names = || candidates.iter().map(AsRef::as_ref);
    match engine::did_you_mean(word, names()) {
        Some(question) => question,
        None if candidates.is_empty() => String::new(),
        None => format!("known are: {}", names().collect::<Vec<&str>>().join(", ")),
    }
}

impl fmt::Display for CourseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some((line, column)) = self.at {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.what)?;
        if self.mend.is_empty() { Ok(()) } else { write!(f, "; {}", self.mend) }
    }
}

impl std::error::Error for CourseError {}

/// All mistakes of a course at once, in the order of files and lines; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CourseErrors(Vec<CourseError>);

impl CourseErrors {
    /// Sorts them by file and line.
    pub(super) fn of(mut errors: Vec<CourseError>) -> Self {
        errors.sort();
        Self(errors)
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &CourseError> {
        self.0.iter()
    }
}

impl fmt::Display for CourseErrors {
    /// One a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            write!(f, "{}{error}", if index == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl std::error::Error for CourseErrors {}

/// A lab was asked for that the course does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoSuchLab {
    /// The id that was asked for.
    pub id: String,
    /// The one that was probably meant.
    pub nearest: Option<String>,
    /// All that there are.
    pub labs: Vec<String>,
}

impl NoSuchLab {
    pub(super) fn new<'a>(id: &str, labs: impl Iterator<Item = &'a str> + Clone) -> Self {
        Self {
            id: id.to_owned(),
            nearest: suggest(id, labs.clone()).map(str::to_owned),
            labs: labs.map(str::to_owned).collect(),
        }
    }
}

impl fmt::Display for NoSuchLab {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no lab {:?}; ", self.id)?;
        match &self.nearest {
            Some(nearest) => write!(f, "did you mean {nearest:?}?"),
            None => write!(f, "the labs are: {}", self.labs.join(", ")),
        }
    }
}

impl std::error::Error for NoSuchLab {}

/// A chapter was asked for that the course does not have, or that is not the only one meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoSuchChapter {
    /// What was asked for.
    pub named: String,
    /// Those whose names begin so; else the one that was probably meant.
    pub near: Vec<String>,
    /// All that there are.
    pub chapters: Vec<String>,
}

impl NoSuchChapter {
    pub(super) fn new(named: &str, chapters: &[Chapter]) -> Self {
        let ids = || chapters.iter().map(|chapter| chapter.id.as_str());
        let mut near: Vec<String> =
            ids().filter(|id| !named.is_empty() && id.starts_with(named)).map(str::to_owned).collect();
        if near.is_empty() {
            near.extend(suggest(named, ids()).map(str::to_owned));
        }
        Self { named: named.to_owned(), near, chapters: ids().map(str::to_owned).collect() }
    }
}

impl fmt::Display for NoSuchChapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.near.as_slice() {
            [] if self.chapters.is_empty() => f.write_str("this course has no chapters"),
            [] => write!(f, "there is no chapter {:?}; the chapters are: {}", self.named, self.chapters.join(", ")),
            [one] => write!(f, "there is no chapter {:?}; did you mean {one:?}?", self.named),
            several => write!(f, "{:?} may be any of: {}", self.named, several.join(", ")),
        }
    }
}

impl std::error::Error for NoSuchChapter {}

/// Why there is no lab to work with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LabError {
    /// The course does not have it.
    #[error(transparent)]
    NoSuchLab(#[from] NoSuchLab),
    /// With a certain seed it has mistakes.
    #[error(transparent)]
    Course(CourseErrors),
}
