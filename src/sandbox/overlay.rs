//! Laying files over a sandbox, from inside, as its own root.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use super::SandboxError;
use crate::model::Overlay;

/// Writes an overlay's files below `/`. Only after [`super::enter()`]: every link on the way is the payload's own
/// affair then, and leads nowhere but into its own root.
pub fn write_overlay(overlay: &Overlay) -> Result<(), SandboxError> {
    for file in &overlay.files {
        let path = Path::new(&file.path);
        write(path, &file.bytes, if file.executable { 0o755 } else { 0o644 })
            .map_err(SandboxError::file("cannot lay into the sandbox", path))?;
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.set_permissions(fs::Permissions::from_mode(mode))
}
