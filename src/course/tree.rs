//! A course's files in memory, wherever they came from, each of bounded size.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use include_dir::{Dir, include_dir};
use rustix::fs::OFlags;
use sha2::{Digest, Sha256};

use super::error::CourseError;

static LABS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/labs");
static LESSONS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/lessons");

/// No text or page of a lab comes near it; a disk image by accident does.
const FILE_LIMIT: u64 = 1 << 20;
/// Labs are text.
const TREE_LIMIT: usize = 32 << 20;
const DEPTH_LIMIT: usize = 32;

/// Path from the course's folder → content. The map's order is the order of everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tree {
    files: BTreeMap<String, Cow<'static, [u8]>>,
}

impl Tree {
    /// The lessons and labs that are part of this binary.
    pub(super) fn embedded() -> Self {
        let mut files = BTreeMap::new();
        let mut dirs = vec![("labs", &LABS), ("lessons", &LESSONS)];
        while let Some((root, dir)) = dirs.pop() {
            dirs.extend(dir.dirs().map(|inner| (root, inner)));
            for file in dir.files() {
                let path = format!("{root}/{}", file.path().display());
                if !is_debris(&path) {
                    files.insert(path, Cow::Borrowed(file.contents()));
                }
            }
        }
        Self { files }
    }

    /// The `lessons/` and `labs/` of a folder, of which one may be left out. Follows no links and opens nothing but regular files.
    pub(super) fn read(folder: &Path) -> Result<Self, Vec<CourseError>> {
        let mut walk = Walk { folder, files: BTreeMap::new(), bytes: 0, errors: Vec::new() };
        let parts = ["lessons", "labs"].map(|part| (part, folder.join(part).symlink_metadata().is_ok()));
        for (part, _) in parts.iter().filter(|(_, is_there)| *is_there) {
            walk.dir(part, 0);
        }
        if !parts.iter().any(|(_, is_there)| *is_there) {
            walk.refuse("labs", "is missing", "a course is a folder with a folder labs/ or lessons/ in it");
        }
        if walk.errors.is_empty() { Ok(Self { files: walk.files }) } else { Err(walk.errors) }
    }

    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &[u8])]) -> Self {
        Self { files: files.iter().map(|(path, bytes)| ((*path).to_owned(), Cow::Owned(bytes.to_vec()))).collect() }
    }

    /// SHA-256 over every path and content, each with its length before it, in hex.
    pub(super) fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for (path, bytes) in &self.files {
            for part in [path.as_bytes(), bytes] {
                hash.update((part.len() as u64).to_le_bytes());
                hash.update(part);
            }
        }
        hash.finalize().iter().fold(String::new(), |mut hex, byte| {
            // Writing into a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }

    /// The files below a folder, with their paths from there on.
    pub(super) fn below<'a>(&'a self, folder: &str) -> impl Iterator<Item = (&'a str, &'a [u8])> + use<'a> {
        let prefix = format!("{folder}/");
        self.files
            .range(prefix.clone()..)
            .map_while(move |(path, bytes)| path.strip_prefix(&prefix).map(|rest| (rest, bytes.as_ref())))
    }

    /// The names of the folders in a folder.
    pub(super) fn folders(&self, folder: &str) -> BTreeSet<&str> {
        self.below(folder).filter_map(|(rest, _)| rest.split_once('/')).map(|(name, _)| name).collect()
    }

    /// The text of a file; what stands in the way of reading it goes to `errors`.
    pub(super) fn text(&self, path: &str, errors: &mut Vec<CourseError>) -> Option<&str> {
        let Some(bytes) = self.files.get(path) else {
            errors.push(CourseError::of_file(path, "is missing", ""));
            return None;
        };
        match std::str::from_utf8(bytes) {
            Ok(text) => Some(text),
            Err(error) => {
                let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
                errors.push(CourseError {
                    at: Some(place(&before, before.len())),
                    ..CourseError::of_file(path, "is not UTF-8 from here on", "save it as UTF-8")
                });
                None
            }
        }
    }

    /// This tree with every text below a folder changed; what is no text stays as it is.
    pub(super) fn changed(&self, folder: &str, mut change: impl FnMut(&str, &str) -> String) -> Self {
        let prefix = format!("{folder}/");
        let changed = |path: &String, bytes: &Cow<'static, [u8]>, change: &mut dyn FnMut(&str, &str) -> String| {
            match std::str::from_utf8(bytes) {
                Ok(text) if path.starts_with(&prefix) => Cow::Owned(change(path, text).into_bytes()),
                _ => bytes.clone(),
            }
        };
        let files = self.files.iter().map(|(path, bytes)| (path.clone(), changed(path, bytes, &mut change)));
        Self { files: files.collect() }
    }

    /// Whether there is such a file.
    pub(super) fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// As [`Tree::text`], for a file that may be left out.
    pub(super) fn text_if_there(&self, path: &str, errors: &mut Vec<CourseError>) -> Option<&str> {
        self.files.contains_key(path).then(|| self.text(path, errors)).flatten()
    }
}

/// Line and column (in characters) of a byte offset, both from 1.
pub(super) fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// What editors and file managers leave behind. Inside a `files/` tree every name means what it says.
fn is_debris(path: &str) -> bool {
    path.split('/').take_while(|part| *part != "files").any(|part| part.starts_with('.') || part.ends_with('~'))
}

struct Walk<'a> {
    folder: &'a Path,
    files: BTreeMap<String, Cow<'static, [u8]>>,
    bytes: usize,
    errors: Vec<CourseError>,
}

impl Walk<'_> {
    fn dir(&mut self, path: &str, depth: usize) {
        if depth > DEPTH_LIMIT {
            return self.refuse(path, "is nested too deeply", "a lab needs a few levels");
        }
        let entries = match fs::read_dir(self.folder.join(path)) {
            Ok(entries) => entries,
            Err(error) => return self.refuse(path, &format!("cannot be read: {error}"), ""),
        };
        for entry in entries {
            let Ok(entry) = entry else { continue };
            let name = entry.file_name();
            let Some(name) = name.to_str() else {
                self.refuse(&format!("{path}/{}", name.display()), "has a name that is not UTF-8", "rename it");
                continue;
            };
            let child = format!("{path}/{name}");
            if is_debris(&child) {
                continue;
            }
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => self.dir(&child, depth + 1),
                Ok(kind) if kind.is_file() => self.file(child),
                Ok(_) => self.refuse(&child, "is neither a file nor a folder", "make links and such in a script"),
                Err(error) => self.refuse(&child, &format!("cannot be read: {error}"), ""),
            }
            if self.bytes > TREE_LIMIT {
                return;
            }
        }
    }

    fn file(&mut self, path: String) {
        let mut bytes = Vec::new();
        // It may have become a link or a FIFO since the folder was listed.
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let read = fs::OpenOptions::new()
            .read(true)
            .custom_flags(flags.bits().cast_signed())
            .open(self.folder.join(&path))
            .and_then(|file| file.take(FILE_LIMIT + 1).read_to_end(&mut bytes));
        self.bytes += bytes.len();
        if let Err(error) = read {
            self.refuse(&path, &format!("cannot be read: {error}"), "");
        } else if bytes.len() as u64 > FILE_LIMIT {
            self.refuse(&path, "is larger than 1 MiB", "labs are text; let a script make large files");
        } else if self.bytes > TREE_LIMIT {
            self.refuse(&path, "is where the labs pass 32 MiB together", "labs are text; let scripts make large files");
        } else {
            self.files.insert(path, Cow::Owned(bytes));
        }
    }

    fn refuse(&mut self, path: &str, what: &str, mend: &str) {
        self.errors.push(CourseError::of_file(path, what, mend));
    }
}
