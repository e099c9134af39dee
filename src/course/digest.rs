//! The digest of a course's files. `build.rs` includes this file, and calculates the digest of the embedded course.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// The SHA-256 in hex over every path and content, each preceded by its length. The files are sorted by path.
pub(super) fn of<'a>(files: impl Iterator<Item = (&'a str, &'a [u8])>) -> String {
    let mut hash = Sha256::new();
    for (path, bytes) in files {
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
