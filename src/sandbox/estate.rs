//! The directory of all sandboxes on the host, `/var/lib/unitlab`: owned by root and readable only by root.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::{Record, SandboxError};

/// The directory of all sandboxes.
#[derive(Debug, Clone)]
pub struct Estate {
    root: PathBuf,
}

impl Estate {
    pub const DEFAULT: &'static str = "/var/lib/unitlab";

    /// An estate in this directory, which is created when it is first needed.
    #[must_use]
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The sandbox of this name, which need not exist.
    #[must_use]
    pub fn sandbox(&self, name: &str) -> Sandbox {
        Sandbox { name: name.to_owned(), dir: self.root.join("sandboxes").join(name) }
    }

    /// Every sandbox that has a directory, running or not.
    #[must_use]
    pub fn sandboxes(&self) -> Vec<Sandbox> {
        let Ok(entries) = fs::read_dir(self.root.join("sandboxes")) else { return Vec::new() };
        let mut names: Vec<_> =
            entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).filter(|n| n != "lock").collect();
        names.sort();
        names.iter().map(|name| self.sandbox(name)).collect()
    }

    /// Creates the directory, with access for root only.
    pub(super) fn create(&self) -> Result<(), SandboxError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(self.root.join("sandboxes"))
            .map_err(SandboxError::file("cannot make", &self.root))?;
        // The records in it name the control groups to kill and the program to run.
        for dir in [self.root.clone(), self.root.join("sandboxes")] {
            let meta = dir.metadata().map_err(SandboxError::file("cannot look at", &dir))?;
            let ours = meta.is_dir() && meta.uid() == rustix::process::geteuid().as_raw() && meta.mode() & 0o022 == 0;
            if !ours {
                let why = "others could write to it: it must be a directory of root's with mode 0700";
                return Err(SandboxError::file("cannot keep sandboxes in", &dir)(io::Error::other(why)));
            }
        }
        Ok(())
    }
}

/// One sandbox, by its directory.
#[derive(Debug, Clone)]
pub struct Sandbox {
    name: String,
    dir: PathBuf,
}

impl Sandbox {
    /// Unique on this machine.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Its root file system, as its supervisor sees it.
    #[must_use]
    pub fn root(&self) -> PathBuf {
        self.dir.join("root")
    }

    /// Whether its directory exists.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.dir.exists()
    }

    /// Whether it has a complete root to boot again.
    #[must_use]
    pub fn has_root(&self) -> bool {
        // It is renamed to this name when it is complete. Its content says nothing: the learner may remove any of it.
        self.root().symlink_metadata().is_ok_and(|meta| meta.is_dir())
    }

    /// Whether the lab's scene was applied completely.
    #[must_use]
    pub fn is_scene_applied(&self) -> bool {
        self.dir.join("set").exists()
    }

    /// Records that the lab's scene was applied completely.
    pub(crate) fn mark_scene_applied(&self) -> Result<(), SandboxError> {
        let path = self.dir.join("set");
        fs::write(&path, "").map_err(SandboxError::file("cannot write", &path))
    }

    /// Makes the next start apply the scene again.
    pub(super) fn clear_scene_applied(&self) -> Result<(), SandboxError> {
        let path = self.dir.join("set");
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(SandboxError::file("cannot remove", &path)(error))
            }
            _ => Ok(()),
        }
    }

    /// None if it was never started.
    pub fn record(&self) -> Result<Option<Record>, SandboxError> {
        Record::read(&self.dir.join("record.json"))
    }

    pub(super) fn write_record(&self, record: &Record) -> Result<(), SandboxError> {
        record.write(&self.dir.join("record.json"))
    }

    /// Whether it has a learner's work to continue: a root whose scene was applied completely.
    #[must_use]
    pub fn has_work(&self) -> bool {
        self.has_root() && self.is_scene_applied()
    }

    /// What its supervisor logs.
    pub(super) fn log(&self) -> PathBuf {
        self.dir.join("log")
    }

    /// The socket on which a supervisor that runs as a service of the host's systemd receives its request.
    pub(super) fn supervisor_socket(&self) -> PathBuf {
        self.dir.join("ready")
    }

    /// The socket on which its supervisor tells unitlab on the host that the payload is up.
    pub(super) fn control_socket(&self) -> PathBuf {
        self.dir.join("control")
    }

    /// The supervisor's copy of unitlab; it exists while the supervisor runs.
    pub(super) fn program(&self) -> PathBuf {
        self.dir.join("unitlab")
    }

    /// The directory that is bind-mounted into the sandbox, with the socket for unitlab inside.
    pub(super) fn gate_dir(&self) -> PathBuf {
        self.dir.join("gate")
    }
}
