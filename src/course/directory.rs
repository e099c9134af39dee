//! Reads the directory of a course: regular files in directories, each of bounded size, and no links.
//!
//! Every name is opened relative to the descriptor of its directory, and links are not followed: root may read a course
//! that belongs to another user, who could swap in a link.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags};
use rustix::io::Errno;

use super::error::{CourseError, Fix};
use super::leftovers::is_editor_leftover;

/// A text file stays far below this; a disk image does not.
const FILE_LIMIT: u64 = 1 << 20;
/// The size of all files together.
const TREE_LIMIT: usize = 32 << 20;
const DEPTH_LIMIT: usize = 32;

/// Content by path relative to the course directory.
pub(super) type Files = BTreeMap<String, Cow<'static, [u8]>>;

/// Reads `lessons/` and `labs/` of a directory; one of them may be missing.
pub(super) fn read(directory: &Path) -> Result<Files, Vec<CourseError>> {
    let mut reader = Reader::default();
    let parts = ["lessons", "labs"].into_iter().filter(|part| directory.join(part).symlink_metadata().is_ok());
    let parts: Vec<&str> = parts.collect();
    match File::open(directory) {
        Ok(top) => parts.iter().for_each(|part| reader.entry(&top, part, part, 0)),
        Err(error) => reader.report("labs", &format!("cannot open the course directory: {error}"), None),
    }
    if parts.is_empty() {
        reader.report("labs", "the directory is missing", "a course directory contains lessons/, labs/, or both");
    }
    if reader.errors.is_empty() { Ok(reader.files) } else { Err(reader.errors) }
}

#[derive(Default)]
struct Reader {
    files: Files,
    bytes: usize,
    errors: Vec<CourseError>,
}

impl Reader {
    fn entry(&mut self, parent: &File, name: &str, path: &str, depth: usize) {
        let opened = rustix::fs::statat(parent, name, AtFlags::SYMLINK_NOFOLLOW).and_then(|stat| {
            let kind = FileType::from_raw_mode(stat.st_mode);
            // Since the stat, a link or a FIFO may have replaced it.
            let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
            match kind {
                FileType::Directory => rustix::fs::openat(parent, name, flags | OFlags::DIRECTORY, Mode::empty()),
                FileType::RegularFile => rustix::fs::openat(parent, name, flags, Mode::empty()),
                _ => Err(Errno::LOOP),
            }
        });
        let opened = opened.map(File::from).map_err(io::Error::from);
        match opened.and_then(|file| Ok((file.metadata()?, file))) {
            Ok((meta, dir)) if meta.is_dir() => self.dir(&dir, path, depth),
            Ok((meta, file)) if meta.is_file() => self.file(file, path),
            Ok(_) => self.not_regular(path),
            Err(error) if error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) => self.not_regular(path),
            Err(error) => self.report(path, &format!("cannot read this: {error}"), None),
        }
    }

    fn dir(&mut self, dir: &File, path: &str, depth: usize) {
        if depth > DEPTH_LIMIT {
            return self.report(path, "the directory is nested more than 32 levels deep", "move its files up");
        }
        let entries = match Dir::read_from(dir) {
            Ok(entries) => entries,
            Err(error) => return self.report(path, &format!("cannot read this: {}", io::Error::from(error)), None),
        };
        for entry in entries {
            let Ok(entry) = entry else { continue };
            let Ok(name) = entry.file_name().to_str() else {
                let name = String::from_utf8_lossy(entry.file_name().to_bytes()).into_owned();
                self.report(&format!("{path}/{name}"), "the name is not valid UTF-8", "rename the file");
                continue;
            };
            let child = format!("{path}/{name}");
            if name == "." || name == ".." || is_editor_leftover(&child) {
                continue;
            }
            self.entry(dir, name, &child, depth + 1);
            if self.bytes > TREE_LIMIT {
                return;
            }
        }
    }

    fn file(&mut self, file: File, path: &str) {
        let mut bytes = Vec::new();
        let read = file.take(FILE_LIMIT + 1).read_to_end(&mut bytes);
        self.bytes += bytes.len();
        if let Err(error) = read {
            self.report(path, &format!("cannot read this: {error}"), None);
        } else if bytes.len() as u64 > FILE_LIMIT {
            self.report(path, "the file is larger than 1 MiB", "create large files in a script");
        } else if self.bytes > TREE_LIMIT {
            self.report(path, "with this file the course exceeds 32 MiB", "create large files in a script");
        } else {
            self.files.insert(path.to_owned(), Cow::Owned(bytes));
        }
    }

    fn not_regular(&mut self, path: &str) {
        self.report(path, "this is not a regular file or directory", "create links and special files in a script");
    }

    fn report(&mut self, path: &str, what: &str, fix: impl Into<Fix>) {
        self.errors.push(CourseError::of_file(path, what, fix));
    }
}
