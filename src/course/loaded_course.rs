//! A course: its chapters and labs, its name, and the digest of its files.

use std::borrow::Cow;
use std::path::Path;

use crate::model::{Chapter, CourseId, Tutorial};

use super::error::{CourseError, CourseErrors, LabError, NoSuchChapter, NoSuchLab};
use super::files::{CHAPTERS, CourseFiles, EMBEDDED_DIGEST};
use super::lab_directory::{self, LabDirectory};
use super::lesson;
use super::tutorial;

/// The name of the embedded course.
const EMBEDDED: &str = "unitlab";

/// A course without errors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    id: CourseId,
    tutorial: Tutorial,
    labs: Vec<LabDirectory>,
    /// The files, if any lab has variables.
    tree: Option<CourseFiles>,
}

impl Course {
    /// Reads the course in this binary.
    pub fn embedded() -> Result<Self, CourseErrors> {
        Self::from_tree(Self::embedded_id(), &CourseFiles::embedded())
    }

    /// Reads one lab of the embedded course without its cases, and no chapters. Grading needs no more. Returns none if
    /// there is no such lab.
    pub(crate) fn embedded_lab(id: &str) -> Option<Self> {
        let tree = CourseFiles::embedded_lab(id);
        let mut errors = Vec::new();
        let lab = tree
            .directories("labs")
            .contains(id)
            .then(|| lab_directory::read(&tree, id, 0, &CHAPTERS, &mut errors))??;
        let tree = (!lab.variables.is_empty()).then_some(tree);
        errors.is_empty().then(|| Self {
            id: Self::embedded_id(),
            tutorial: Tutorial::default(),
            labs: vec![lab],
            tree,
        })
    }

    fn embedded_id() -> CourseId {
        CourseId { id: EMBEDDED.to_owned(), digest: EMBEDDED_DIGEST.to_owned() }
    }

    /// Reads the course in a directory with `lessons/`, `labs/`, or both.
    pub fn open(directory: &Path) -> Result<Self, CourseErrors> {
        let real = directory.canonicalize().map_err(|error| {
            let file = directory.display().to_string();
            CourseErrors::of(vec![CourseError::of_file(file, format!("cannot open the course: {error}"), None)])
        })?;
        let name = real.file_name().map_or_else(|| "course".to_owned(), |name| name.display().to_string());
        let tree = CourseFiles::read(&real).map_err(CourseErrors::of)?;
        Self::from_tree(CourseId { id: name, digest: tree.digest() }, &tree)
    }

    fn from_tree(id: CourseId, tree: &CourseFiles) -> Result<Self, CourseErrors> {
        let mut errors = Vec::new();
        let ids = tree.directories("labs");
        let tutorial = tutorial::read(tree, &ids, &mut errors);
        let chapters = chapter_ids(&tutorial);
        let labs: Vec<LabDirectory> =
            ids.into_iter().filter_map(|id| lab_directory::read(tree, id, 0, &chapters, &mut errors)).collect();
        for (name, _) in tree.below("labs").filter(|(path, _)| !path.contains('/')) {
            errors.push(CourseError::of_file(
                format!("labs/{name}"),
                "unexpected file",
                "a lab is a directory: labs/ID/lab.toml",
            ));
        }
        if labs.is_empty() && tutorial.chapters.is_empty() && errors.is_empty() {
            errors.push(CourseError::of_file(
                "labs",
                "the directory contains no lab",
                "a lab is a directory with a lab.toml",
            ));
        }
        if errors.is_empty() {
            let varies = labs.iter().any(|lab| !lab.variables.is_empty());
            Ok(Self { id, tutorial, labs, tree: varies.then(|| tree.clone()) })
        } else {
            Err(CourseErrors::of(errors))
        }
    }

    /// The name, and the digest of the files.
    pub(crate) fn id(&self) -> &CourseId {
        &self.id
    }

    #[must_use]
    pub fn tutorial(&self) -> &Tutorial {
        &self.tutorial
    }

    /// Finds a chapter by its id, its number, or a prefix that only one id has.
    pub fn chapter(&self, named: &str) -> Result<&Chapter, NoSuchChapter> {
        let chapters = &self.tutorial.chapters;
        let wanted = named.trim().to_lowercase();
        let exact = chapters.iter().find(|chapter| chapter.id == wanted || wanted.parse() == Ok(chapter.number));
        if let Some(chapter) = exact {
            return Ok(chapter);
        }
        let mut begun = chapters.iter().filter(|chapter| !wanted.is_empty() && chapter.id.starts_with(&wanted));
        match (begun.next(), begun.next()) {
            (Some(only), None) => Ok(only),
            _ => Err(NoSuchChapter::new(named, chapters)),
        }
    }

    /// Lists the recorded outputs that are missing or belong to another command. Empty for a course that records none.
    #[must_use]
    pub fn record_errors(&self, chapter: &Chapter) -> Vec<CourseError> {
        let is_recorded = self.tutorial.chapters.iter().any(|chapter| !chapter.recorded.is_empty());
        if is_recorded { lesson::record_errors(chapter) } else { Vec::new() }
    }

    /// Returns the lab as `course check` proves it: once, or with three seeds if it has variables.
    pub fn seeded_variants(&self, id: &str) -> Result<Vec<Cow<'_, LabDirectory>>, LabError> {
        let seeds: &[u32] = if self.lab(id)?.variables.is_empty() { &[0] } else { &[1, 2, 3] };
        seeds.iter().map(|seed| self.variant(id, *seed)).collect()
    }

    /// Returns the lab with its variables drawn by this seed.
    pub(crate) fn variant(&self, id: &str, seed: u32) -> Result<Cow<'_, LabDirectory>, LabError> {
        let lab = self.lab(id)?;
        let Some(tree) = self.tree.as_ref().filter(|_| !lab.variables.is_empty()) else {
            return Ok(Cow::Borrowed(lab));
        };
        let mut errors = Vec::new();
        let chapters = chapter_ids(&self.tutorial);
        let varied = lab_directory::read(tree, id, seed, &chapters, &mut errors);
        varied.filter(|_| errors.is_empty()).map(Cow::Owned).ok_or_else(|| LabError::Course(CourseErrors::of(errors)))
    }

    /// The labs, sorted by id.
    #[must_use]
    pub fn labs(&self) -> &[LabDirectory] {
        &self.labs
    }

    pub fn lab(&self, id: &str) -> Result<&LabDirectory, NoSuchLab> {
        self.labs
            .iter()
            .find(|directory| directory.lab.id == id)
            .ok_or_else(|| NoSuchLab::new(id, self.labs.iter().map(|directory| directory.lab.id.as_str())))
    }
}

/// The ids that labs may use as `chapter` and `lesson`.
fn chapter_ids(tutorial: &Tutorial) -> Vec<&str> {
    let own = tutorial.chapters.iter().map(|chapter| chapter.id.as_str());
    if tutorial.chapters.is_empty() { CHAPTERS.clone() } else { own.collect() }
}

#[cfg(test)]
mod lab_errors;
#[cfg(test)]
mod lesson_errors;
#[cfg(test)]
mod machine_kind_errors;
#[cfg(test)]
mod tests;
