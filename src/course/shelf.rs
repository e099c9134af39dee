//! A whole course: its labs, where they came from, and a digest that says which version of them.

use std::path::Path;

use crate::model::CourseId;

use super::error::{CourseError, CourseErrors, NoSuchLab};
use super::lab_folder::{self, LabFolder};
use super::tree::Tree;

/// A course without mistakes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    id: CourseId,
    labs: Vec<LabFolder>,
}

impl Course {
    /// The course that is part of this binary.
    pub fn embedded() -> Result<Self, CourseErrors> {
        Self::from_tree("unitlab".to_owned(), &Tree::embedded())
    }

    /// The course in a folder, which has a folder `labs/`.
    pub fn open(folder: &Path) -> Result<Self, CourseErrors> {
        let real = folder.canonicalize().map_err(|error| {
            let file = folder.display().to_string();
            CourseErrors::of(vec![CourseError::of_file(file, format!("is no course: {error}"), "")])
        })?;
        let name = real.file_name().map_or_else(|| "course".to_owned(), |name| name.display().to_string());
        Self::from_tree(name, &Tree::read(&real).map_err(CourseErrors::of)?)
    }

    fn from_tree(id: String, tree: &Tree) -> Result<Self, CourseErrors> {
        let mut errors = Vec::new();
        let labs: Vec<LabFolder> =
            tree.folders("labs").into_iter().filter_map(|id| lab_folder::read(tree, id, &mut errors)).collect();
        for (name, _) in tree.below("labs").filter(|(path, _)| !path.contains('/')) {
            errors.push(CourseError::of_file(format!("labs/{name}"), "is read by nothing", "a lab is a folder"));
        }
        if labs.is_empty() && errors.is_empty() {
            errors.push(CourseError::of_file("labs", "has no lab in it", "a lab is a folder with a lab.toml"));
        }
        let digest = tree.digest();
        if errors.is_empty() { Ok(Self { id: CourseId { id, digest }, labs }) } else { Err(CourseErrors::of(errors)) }
    }

    /// Its name, and the digest of its files.
    #[must_use]
    pub fn id(&self) -> &CourseId {
        &self.id
    }

    /// Its labs, in the order of their ids.
    #[must_use]
    pub fn labs(&self) -> &[LabFolder] {
        &self.labs
    }

    /// One lab.
    pub fn lab(&self, id: &str) -> Result<&LabFolder, NoSuchLab> {
        self.labs
            .iter()
            .find(|folder| folder.lab.id == id)
            .ok_or_else(|| NoSuchLab::new(id, self.labs.iter().map(|folder| folder.lab.id.as_str())))
    }
}

#[cfg(test)]
mod beyond;
#[cfg(test)]
mod mistakes;
#[cfg(test)]
mod tests;
