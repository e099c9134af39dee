//! Where sandboxes live on the host: `/var/lib/unitlab`, owned and readable by root alone.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use rustix::fs::FlockOperation;
use rustix::io::retry_on_intr;

use super::locks::open_lock;
use super::{Record, SandboxError};

/// The folder of all sandboxes.
#[derive(Debug, Clone)]
pub struct Estate {
    root: PathBuf,
}

impl Estate {
    /// Where sandboxes live unless said otherwise.
    pub const DEFAULT: &'static str = "/var/lib/unitlab";

    /// An estate in a folder, which is made when it is first needed.
    #[must_use]
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A sandbox by its name, whether it exists or not.
    #[must_use]
    pub fn sandbox(&self, name: &str) -> Sandbox {
        Sandbox { name: name.to_owned(), dir: self.root.join("sandboxes").join(name) }
    }

    /// Every sandbox that left a folder, running or not.
    #[must_use]
    pub fn sandboxes(&self) -> Vec<Sandbox> {
        let Ok(entries) = fs::read_dir(self.root.join("sandboxes")) else { return Vec::new() };
        let mut names: Vec<_> =
            entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).filter(|n| n != "lock").collect();
        names.sort();
        names.iter().map(|name| self.sandbox(name)).collect()
    }

    /// Makes the folder, closed to everyone but root.
    pub(super) fn create(&self) -> Result<(), SandboxError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(self.root.join("sandboxes"))
            .map_err(SandboxError::file("cannot make", &self.root))?;
        // What lies in it is believed: which control groups are ours to end, and which program to run.
        for dir in [self.root.clone(), self.root.join("sandboxes")] {
            let meta = dir.metadata().map_err(SandboxError::file("cannot look at", &dir))?;
            let ours = meta.is_dir() && meta.uid() == rustix::process::geteuid().as_raw() && meta.mode() & 0o022 == 0;
            if !ours {
                let why = "others could write in it: it has to be a folder of root's, with mode 0700";
                return Err(SandboxError::file("cannot keep sandboxes in", &dir)(io::Error::other(why)));
            }
        }
        Ok(())
    }

    /// Held while a uid range is chosen.
    pub(super) fn lock(&self) -> Result<File, SandboxError> {
        let path = self.root.join("lock");
        let file = open_lock(&path)?;
        retry_on_intr(|| rustix::fs::flock(&file, FlockOperation::LockExclusive))
            .map_err(|errno| SandboxError::file("cannot lock", &path)(errno.into()))?;
        Ok(file)
    }
}

/// One sandbox's folder.
#[derive(Debug, Clone)]
pub struct Sandbox {
    name: String,
    dir: PathBuf,
}

impl Sandbox {
    /// Its name, unique on this machine.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Its file system root, as its supervisor sees it.
    #[must_use]
    pub fn root(&self) -> PathBuf {
        self.dir.join("root")
    }

    /// Its folder is there.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.dir.exists()
    }

    /// The learner's work is there to be booted again.
    #[must_use]
    pub fn has_root(&self) -> bool {
        // Whatever is in it is the learner's to remove; it gets its name only when it is whole.
        self.root().symlink_metadata().is_ok_and(|meta| meta.is_dir())
    }

    /// The lab's scene was laid into it, to the end.
    #[must_use]
    pub fn is_scene_applied(&self) -> bool {
        self.dir.join("set").exists()
    }

    /// Notes that the lab's scene was laid to the end.
    pub fn mark_scene_applied(&self) -> Result<(), SandboxError> {
        let path = self.dir.join("set");
        fs::write(&path, "").map_err(SandboxError::file("cannot write", &path))
    }

    /// It shall be laid anew.
    pub(super) fn clear_scene_applied(&self) -> Result<(), SandboxError> {
        let path = self.dir.join("set");
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(SandboxError::file("cannot remove", &path)(error))
            }
            _ => Ok(()),
        }
    }

    /// What was written down about it; none when it was never started.
    pub fn record(&self) -> Result<Option<Record>, SandboxError> {
        Record::read(&self.dir.join("record.json"))
    }

    pub(super) fn write_record(&self, record: &Record) -> Result<(), SandboxError> {
        record.write(&self.dir.join("record.json"))
    }

    /// The learner's work is there to be gone on with: a root whose scene was laid to the end.
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

    /// The socket on which its supervisor answers unitlab on the host.
    pub(super) fn control_socket(&self) -> PathBuf {
        self.dir.join("control")
    }

    /// The supervisor's own copy of unitlab, there for as long as it runs.
    pub(super) fn program(&self) -> PathBuf {
        self.dir.join("unitlab")
    }

    /// The folder that is bound into the sandbox, with the socket for unitlab inside.
    pub(super) fn gate_dir(&self) -> PathBuf {
        self.dir.join("gate")
    }
}
