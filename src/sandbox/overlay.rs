//! Writes a lab's files into a sandbox, from inside and as its root.

use std::fs::{self, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use super::SandboxError;
use super::protocol::FileHeader;

/// Writes files below `/`; `contents` has their bytes, one file after the other. Call [`super::enter()`] first: then a
/// symbolic link of the learner's leads only into the sandbox's own root.
pub(crate) fn write_files(files: &[FileHeader], contents: &mut impl Read) -> Result<(), SandboxError> {
    for file in files {
        let path = Path::new(&file.path);
        write(path, &mut contents.take(file.length), if file.executable { 0o755 } else { 0o644 })
            .map_err(SandboxError::file("cannot write into the sandbox:", path))?;
    }
    Ok(())
}

fn write(path: &Path, content: &mut impl Read, mode: u32) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    io::copy(content, &mut file)?;
    file.set_permissions(fs::Permissions::from_mode(mode))
}
