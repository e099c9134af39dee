//! The errors of a course, written for its author.

use std::fmt;

use crate::engine::{self, suggest};
use crate::model::{Chapter, Excerpt};

use super::position::Position;

/// One error in a course.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CourseError {
    /// The file, relative to the directory of the course: `labs/sre-app/lab.toml`.
    pub(super) file: String,
    /// None if the error concerns the whole file.
    pub(super) at: Option<Position>,
    /// What is wrong.
    pub(super) what: String,
    /// How to fix it, if `what` does not already say so.
    pub(super) fix: Option<String>,
}

impl CourseError {
    /// An error that concerns a whole file.
    pub(super) fn of_file(file: impl Into<String>, what: impl Into<String>, fix: impl Into<Fix>) -> Self {
        Self { file: file.into(), at: None, what: what.into(), fix: fix.into().0 }
    }

    /// An error at one position of a file.
    pub(super) fn at(
        file: impl Into<String>,
        position: Position,
        what: impl Into<String>,
        fix: impl Into<Fix>,
    ) -> Self {
        Self { at: Some(position), ..Self::of_file(file, what, fix) }
    }

    pub(crate) fn is_at_place_of(&self, other: &Self) -> bool {
        self.file == other.file && self.at == other.at
    }

    /// The line with the error. None if the error concerns the whole file.
    pub(crate) fn excerpt(&self) -> Option<&Excerpt> {
        self.at.as_ref().map(|position| &position.excerpt)
    }
}

/// The fix of an error; a text, or none.
pub(super) struct Fix(Option<String>);

impl From<&str> for Fix {
    fn from(text: &str) -> Self {
        Self(Some(text.to_owned()))
    }
}

impl From<String> for Fix {
    fn from(text: String) -> Self {
        Self(Some(text))
    }
}

impl From<Option<String>> for Fix {
    fn from(text: Option<String>) -> Self {
        Self(text)
    }
}

/// Returns `did you mean "points"?`, or a list of all candidates if none is near. None if there are no candidates.
pub(super) fn did_you_mean<S: AsRef<str>>(word: &str, candidates: &[S]) -> Option<String> {
    let names = || candidates.iter().map(AsRef::as_ref);
    let all = || format!("use one of: {}", names().collect::<Vec<&str>>().join(", "));
    engine::did_you_mean(word, names()).or_else(|| (!candidates.is_empty()).then(all))
}

impl fmt::Display for CourseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        self.at.iter().try_for_each(|position| write!(f, ":{position}"))?;
        write!(f, ": {}", self.what)?;
        self.fix.iter().try_for_each(|fix| write!(f, "; {fix}"))
    }
}

impl std::error::Error for CourseError {}

/// All errors of a course, sorted by file and line. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CourseErrors(Vec<CourseError>);

impl CourseErrors {
    pub(super) fn of(mut errors: Vec<CourseError>) -> Self {
        errors.sort();
        Self(errors)
    }

    #[cfg(test)]
    pub(super) fn iter(&self) -> impl Iterator<Item = &CourseError> {
        self.0.iter()
    }

    pub(crate) fn into_vec(self) -> Vec<CourseError> {
        self.0
    }
}

impl fmt::Display for CourseErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            write!(f, "{}{error}", if index == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl std::error::Error for CourseErrors {}

/// The course has no lab with this id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoSuchLab {
    pub(crate) id: String,
    /// The id that was probably meant.
    pub(crate) nearest: Option<String>,
    /// The ids of all labs.
    pub(crate) labs: Vec<String>,
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

/// The course has no such chapter, or several that match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoSuchChapter {
    pub(crate) named: String,
    /// The chapters whose ids begin with `named`; else the one that was probably meant.
    pub(crate) near: Vec<String>,
    /// The ids of all chapters.
    pub(crate) chapters: Vec<String>,
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
            several => write!(f, "{:?} matches more than one chapter: {}", self.named, several.join(", ")),
        }
    }
}

impl std::error::Error for NoSuchChapter {}

/// Why a lab could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LabError {
    #[error(transparent)]
    NoSuchLab(#[from] NoSuchLab),
    /// The lab has errors with the values of its seed.
    #[error(transparent)]
    Course(CourseErrors),
}
