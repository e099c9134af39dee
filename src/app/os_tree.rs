//! Checks a directory that `--os-tree` names.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::Error;

/// Returns the canonical path of an OS tree that sandboxes can boot on.
pub(crate) fn checked_os_tree(tree: &Path) -> Result<PathBuf, Error> {
    let next = "name the root of an installed system with merged /usr, as debootstrap makes one";
    let tree =
        tree.canonicalize().map_err(|error| Error::usage(format!("the OS tree {}: {error}", tree.display()), next))?;
    for needed in ["usr/lib/os-release", "usr/lib/systemd/systemd", "etc/passwd"] {
        if !tree.join(needed).exists() {
            let what = format!("{} is no OS tree with systemd: it has no {needed}", tree.display());
            return Err(Error::usage(what, next));
        }
    }
    // /usr is bound into the sandbox, so it must not be a link to another tree.
    if !tree.join("usr").canonicalize().is_ok_and(|usr| usr.starts_with(&tree)) {
        return Err(Error::usage(format!("the /usr of {} leads out of it", tree.display()), next));
    }
    if fs::symlink_metadata(tree.join("bin")).is_ok_and(|meta| meta.is_dir()) {
        return Err(Error::usage(format!("{} has no merged /usr: its /bin is a directory", tree.display()), next));
    }
    Ok(tree)
}
