//! The files of a course in memory.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

use include_dir::{Dir, include_dir};

use super::digest;
use super::directory;
use super::error::CourseError;
use super::leftovers::is_editor_leftover;
use super::position::Position;

static LABS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/labs");
static LESSONS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/lessons");

/// The digest of the embedded course, which `build.rs` has calculated.
pub(super) const EMBEDDED_DIGEST: &str = env!("UNITLAB_COURSE_DIGEST");

/// The ids of the embedded course's chapters, in order. The file of a chapter is `NN-ID.md`. A course without chapters
/// refers to these.
pub(super) static CHAPTERS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut names: Vec<&str> = LESSONS.files().filter_map(|file| file.path().to_str()?.strip_suffix(".md")).collect();
    names.sort_unstable();
    let numbered = names.into_iter().filter_map(|name| name.split_once('-'));
    numbered.filter(|(number, _)| number.parse::<u32>().is_ok()).map(|(_, id)| id).collect()
});

/// Content by path relative to the course directory. The order of the map is the order of chapters, labs and cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CourseFiles {
    files: BTreeMap<String, Cow<'static, [u8]>>,
}

impl CourseFiles {
    /// The lessons and labs in this binary.
    pub(super) fn embedded() -> Self {
        Self::embedded_below(vec![("labs", &LABS), ("lessons", &LESSONS)])
    }

    /// The files of one lab in this binary, without its cases. There are none if there is no such lab.
    pub(super) fn embedded_lab(id: &str) -> Self {
        let Some(lab) = LABS.dirs().find(|lab| lab.path().to_str() == Some(id)) else {
            return Self::embedded_below(vec![]);
        };
        let parts = lab.dirs().filter(|part| !part.path().ends_with("cases"));
        let mut own = Self::embedded_below(parts.map(|part| ("labs", part)).collect());
        own.insert_embedded("labs", lab);
        own
    }

    /// The files in these directories and below, each with the name of its top directory.
    fn embedded_below(mut dirs: Vec<(&str, &'static Dir<'static>)>) -> Self {
        let mut all = Self { files: BTreeMap::new() };
        while let Some((top, dir)) = dirs.pop() {
            dirs.extend(dir.dirs().map(|inner| (top, inner)));
            all.insert_embedded(top, dir);
        }
        all
    }

    /// Adds the files of one directory, and not those below.
    fn insert_embedded(&mut self, top: &str, dir: &'static Dir<'static>) {
        for file in dir.files() {
            let path = format!("{top}/{}", file.path().display());
            if !is_editor_leftover(&path) {
                self.files.insert(path, Cow::Borrowed(file.contents()));
            }
        }
    }

    /// Reads `lessons/` and `labs/` of a directory; one of them may be missing. Follows no links.
    pub(super) fn read(directory: &Path) -> Result<Self, Vec<CourseError>> {
        directory::read(directory).map(|files| Self { files })
    }

    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &[u8])]) -> Self {
        Self { files: files.iter().map(|(path, bytes)| ((*path).to_owned(), Cow::Owned(bytes.to_vec()))).collect() }
    }

    /// The digest over every path and content.
    pub(super) fn digest(&self) -> String {
        digest::of(self.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_ref())))
    }

    /// The files below a directory, with paths relative to it.
    pub(super) fn below<'a>(&'a self, directory: &str) -> impl Iterator<Item = (&'a str, &'a [u8])> + use<'a> {
        let prefix = format!("{directory}/");
        self.files
            .range(prefix.clone()..)
            .map_while(move |(path, bytes)| path.strip_prefix(&prefix).map(|rest| (rest, bytes.as_ref())))
    }

    /// The names of the subdirectories of a directory.
    pub(super) fn directories(&self, directory: &str) -> BTreeSet<&str> {
        self.below(directory).filter_map(|(rest, _)| rest.split_once('/')).map(|(name, _)| name).collect()
    }

    /// Returns the text of a file. If it is missing or not UTF-8, adds an error and returns none.
    pub(super) fn text(&self, path: &str, errors: &mut Vec<CourseError>) -> Option<&str> {
        let Some(bytes) = self.files.get(path) else {
            errors.push(CourseError::of_file(path, "the file is missing", "create it"));
            return None;
        };
        match std::str::from_utf8(bytes) {
            Ok(text) => Some(text),
            Err(error) => {
                // The valid part stays as it is, and `�` is three bytes long.
                let at = error.valid_up_to();
                let at = Position::of(&String::from_utf8_lossy(bytes), at..at + 3);
                let what = "the file is not valid UTF-8 from here on";
                errors.push(CourseError::at(path, at, what, "save it as UTF-8"));
                None
            }
        }
    }

    /// Returns a copy in which `change` was applied to the path and text of every UTF-8 file below a directory.
    pub(super) fn map_texts(&self, directory: &str, mut change: impl FnMut(&str, &str) -> String) -> Self {
        let prefix = format!("{directory}/");
        let changed = |path: &String, bytes: &Cow<'static, [u8]>, change: &mut dyn FnMut(&str, &str) -> String| {
            match std::str::from_utf8(bytes) {
                Ok(text) if path.starts_with(&prefix) => Cow::Owned(change(path, text).into_bytes()),
                _ => bytes.clone(),
            }
        };
        let files = self.files.iter().map(|(path, bytes)| (path.clone(), changed(path, bytes, &mut change)));
        Self { files: files.collect() }
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// Like [`CourseFiles::text`], for an optional file.
    pub(super) fn optional_text(&self, path: &str, errors: &mut Vec<CourseError>) -> Option<&str> {
        self.files.contains_key(path).then(|| self.text(path, errors)).flatten()
    }
}
