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

use super::error::CourseError;

/// No text or page of a lab comes near it; a disk image by accident does.
const FILE_LIMIT: u64 = 1 << 20;
/// Labs are text.
const TREE_LIMIT: usize = 32 << 20;
const DEPTH_LIMIT: usize = 32;
/// What a link, a device or a socket is told to be, and the way out.
const NEITHER: (&str, &str) = ("is neither a file nor a folder", "make links and such in a script");

/// Path from the course's folder → content.
pub(super) type Files = BTreeMap<String, Cow<'static, [u8]>>;

/// The `lessons/` and `labs/` of a folder, of which one may be left out.
pub(super) fn read(folder: &Path) -> Result<Files, Vec<CourseError>> {
    let mut walk = Walk::default();
    let parts = ["lessons", "labs"].into_iter().filter(|part| folder.join(part).symlink_metadata().is_ok());
    let parts: Vec<&str> = parts.collect();
    match File::open(folder) {
        Ok(top) => parts.iter().for_each(|part| walk.entry(&top, part, part, 0)),
        Err(error) => walk.refuse("labs", &format!("cannot be looked for: {error}"), ""),
    }
    if parts.is_empty() {
        walk.refuse("labs", "is missing", "a course is a folder with a folder labs/ or lessons/ in it");
    }
    if walk.errors.is_empty() { Ok(walk.files) } else { Err(walk.errors) }
}

#[derive(Default)]
struct Walk {
    files: Files,
    bytes: usize,
    errors: Vec<CourseError>,
}

impl Walk {
    fn entry(&mut self, parent: &File, name: &str, path: &str, depth: usize) {
        let opened = rustix::fs::statat(parent, name, AtFlags::SYMLINK_NOFOLLOW).and_then(|stat| {
            let kind = FileType::from_raw_mode(stat.st_mode);
            // It may become a link or a FIFO now.
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
            Ok(_) => self.refuse(path, NEITHER.0, NEITHER.1),
            Err(error) if error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) => {
                self.refuse(path, NEITHER.0, NEITHER.1);
            }
            Err(error) => self.refuse(path, &format!("cannot be read: {error}"), ""),
        }
    }

    fn dir(&mut self, dir: &File, path: &str, depth: usize) {
        if depth > DEPTH_LIMIT {
            return self.refuse(path, "is nested too deeply", "a lab needs a few levels");
        }
        let entries = match Dir::read_from(dir) {
            Ok(entries) => entries,
            Err(error) => return self.refuse(path, &format!("cannot be read: {}", io::Error::from(error)), ""),
        };
        for entry in entries {
            let Ok(entry) = entry else { continue };
            let Ok(name) = entry.file_name().to_str() else {
                let name = String::from_utf8_lossy(entry.file_name().to_bytes()).into_owned();
                self.refuse(&format!("{path}/{name}"), "has a name that is not UTF-8", "rename it");
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
            self.refuse(path, &format!("cannot be read: {error}"), "");
        } else if bytes.len() as u64 > FILE_LIMIT {
            self.refuse(path, "is larger than 1 MiB", "labs are text; let a script make large files");
        } else if self.bytes > TREE_LIMIT {
            self.refuse(path, "is where the labs pass 32 MiB together", "labs are text; let scripts make large files");
        } else {
            self.files.insert(path.to_owned(), Cow::Owned(bytes));
        }
    }

    fn refuse(&mut self, path: &str, what: &str, mend: &str) {
        self.errors.push(CourseError::of_file(path, what, mend));
    }
}

/// Returns whether a path is a file that editors and file managers leave behind. Inside a `files/` directory every name
/// counts.
pub(super) fn is_editor_leftover(path: &str) -> bool {
    path.split('/').take_while(|part| *part != "files").any(|part| part.starts_with('.') || part.ends_with('~'))
}
