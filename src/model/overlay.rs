//! Files that are written into a sandbox, and a script that runs afterwards.

/// Files and a script: a lab's scene, its solution, or one case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overlay {
    /// Sorted by path. A file replaces what is at its path; missing directories are created.
    pub files: Vec<OverlayFile>,
    /// Run as root with `sh -s` after the files are written.
    pub script: Option<String>,
}

/// One file of an overlay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverlayFile {
    /// Absolute path in the sandbox, without `.` and `..`.
    pub path: String,
    pub bytes: Vec<u8>,
    /// Mode 0755 instead of 0644; true if the content begins with `#!`.
    pub executable: bool,
}
