//! Files that are laid over a sandbox, and what is run there once they lie.

use serde::{Deserialize, Serialize};

/// Files and a script: a lab's scene, its solution, or one case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overlay {
    /// In the order of their paths. Each replaces whatever its path names; folders on the way are made.
    pub files: Vec<OverlayFile>,
    /// Run as root by `sh -s` once the files lie.
    pub script: Option<String>,
}

/// One file of an overlay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OverlayFile {
    /// Absolute in the sandbox, without `.` and `..`.
    pub path: String,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// Mode 0755 instead of 0644: its content begins with `#!`.
    pub executable: bool,
}
