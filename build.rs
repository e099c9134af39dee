//! Makes cargo build again when a file in `labs/` or `lessons/` changes, because both are embedded in the binary, and
//! calculates their digest, because every report contains it.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::{fs, io};

#[path = "src/course/digest.rs"]
mod digest;
#[path = "src/course/leftovers.rs"]
mod leftovers;

fn main() {
    let mut files = BTreeMap::new();
    let read = ["labs", "lessons"].into_iter().try_for_each(|top| read(Path::new(top), &mut files));
    assert!(read.is_ok(), "cannot read labs/ and lessons/: {read:?}");
    let digest = digest::of(files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())));
    let lines = format!(
        "cargo::rerun-if-changed=labs\ncargo::rerun-if-changed=lessons\ncargo::rustc-env=UNITLAB_COURSE_DIGEST={digest}"
    );
    let written = writeln!(io::stdout(), "{lines}");
    assert!(written.is_ok(), "cannot write to cargo");
}

/// Reads the files of a directory that are part of the course, by path.
fn read(directory: &Path, files: &mut BTreeMap<String, Vec<u8>>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            read(&path, files)?;
        } else if !leftovers::is_editor_leftover(&path.to_string_lossy()) {
            files.insert(path.to_string_lossy().into_owned(), fs::read(&path)?);
        }
    }
    Ok(())
}
