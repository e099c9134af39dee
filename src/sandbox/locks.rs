//! The two locks of a sandbox: its lifecycle lock, held while it is started, stopped or swept, and its running lock, held
//! by its supervisor.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::FlockOperation;
use rustix::io::{Errno, retry_on_intr};
use rustix::process::{Flock, FlockOffsetType, FlockType, Pid};

use super::descriptors::{is_record_locked, record_lock, record_unlock};
use super::{Estate, Sandbox, SandboxError};

/// The exclusive lock on a sandbox's directory; released when dropped.
///
/// It consists of two kernel locks on one descriptor. The exclusive flock(2) keeps others out, but finding out whether
/// it is held means taking it for a moment, which would disturb a start. So the holder also takes a shared open file
/// description lock (fcntl(2)): others can query that one without taking anything.
#[derive(Debug)]
pub(super) struct LifecycleLock(File);

impl Drop for LifecycleLock {
    fn drop(&mut self) {
        // Closing is not enough: a process forked by another thread has a copy of the descriptor until it calls exec.
        let _ = record_unlock(&self.0);
        let _ = rustix::fs::flock(&self.0, FlockOperation::Unlock);
    }
}

impl Estate {
    /// Locks the estate while a uid range is chosen.
    pub(super) fn lock(&self) -> Result<File, SandboxError> {
        let path = self.root().join("lock");
        let file = open_lock(&path)?;
        retry_on_intr(|| rustix::fs::flock(&file, FlockOperation::LockExclusive))
            .map_err(|errno| SandboxError::file("cannot lock", &path)(errno.into()))?;
        Ok(file)
    }
}

impl Sandbox {
    /// Takes the lifecycle lock, and creates the directory if it is missing. Waits for a holder: each one holds it for a
    /// bounded time, a start for as long as its payload takes to boot.
    pub(super) fn lock_lifecycle(&self) -> Result<LifecycleLock, SandboxError> {
        loop {
            match DirBuilder::new().recursive(true).mode(0o700).create(self.dir()) {
                // A sweep removed it between mkdir(2) and the check that it is a directory.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && !self.exists() => continue,
                other => other.map_err(SandboxError::file("cannot make", self.dir()))?,
            }
            if let Some(lock) = self.lock_existing(FlockOperation::LockExclusive)? {
                return Ok(lock);
            }
        }
    }

    /// Like [`Sandbox::lock_lifecycle`], but never creates the directory: none if there is no directory.
    pub(super) fn lock_lifecycle_if_exists(&self) -> Result<Option<LifecycleLock>, SandboxError> {
        self.lock_existing(FlockOperation::LockExclusive)
    }

    /// Like [`Sandbox::lock_lifecycle_if_exists`], but does not wait: none also if another process holds it.
    ///
    /// A process that holds one lifecycle lock and wants a second must use this one, or two of them can deadlock.
    pub(super) fn try_lock_lifecycle(&self) -> Result<Option<LifecycleLock>, SandboxError> {
        self.lock_existing(FlockOperation::NonBlockingLockExclusive)
    }

    fn lock_existing(&self, operation: FlockOperation) -> Result<Option<LifecycleLock>, SandboxError> {
        let fail = |error: io::Error| SandboxError::file("cannot lock", self.dir())(error);
        loop {
            let dir = match File::open(self.dir()) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                other => other.map_err(fail)?,
            };
            match retry_on_intr(|| rustix::fs::flock(&dir, operation)) {
                Err(Errno::WOULDBLOCK) => return Ok(None),
                other => other.map_err(|errno| fail(errno.into()))?,
            }
            record_lock(&dir).map_err(|errno| fail(errno.into()))?;
            let lock = LifecycleLock(dir);
            // The previous holder may have removed the directory; then this locks one that has no name any more.
            let locked = lock.0.metadata().map_err(fail)?.ino();
            if fs::metadata(self.dir()).is_ok_and(|meta| meta.ino() == locked) {
                return Ok(Some(lock));
            }
        }
    }

    /// Whether it is being started, stopped or swept at this moment. Takes no lock.
    pub(super) fn is_lifecycle_locked(&self) -> bool {
        File::open(self.dir()).is_ok_and(|dir| is_record_locked(&dir))
    }

    /// Whether it has a live supervisor. Takes no lock.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.supervisor_pid().is_some()
    }

    /// The process that holds the running lock. Takes no lock.
    ///
    /// The running lock is a traditional record lock (fcntl(2)), which names its holder. A process loses it when it
    /// closes any descriptor of the file, so a supervisor must not call this on its own sandbox.
    pub(super) fn supervisor_pid(&self) -> Option<Pid> {
        let file = OpenOptions::new().read(true).write(true).open(self.dir().join("lock")).ok()?;
        let whole =
            Flock { start: 0, length: 0, pid: None, typ: FlockType::WriteLock, offset_type: FlockOffsetType::Set };
        rustix::process::fcntl_getlk(&file, &whole).ok()??.pid
    }

    /// Takes the running lock for as long as the file is open; fails if another supervisor has it.
    pub(super) fn lock_running(&self) -> Result<File, SandboxError> {
        let path = self.dir().join("lock");
        let file = open_lock(&path)?;
        match rustix::fs::fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(file),
            // Only supervisors take this lock, so one is running.
            Err(Errno::AGAIN | Errno::ACCESS) => Err(SandboxError::AlreadyRunning { name: self.name().to_owned() }),
            Err(errno) => Err(SandboxError::file("cannot lock", &path)(errno.into())),
        }
    }
}

fn open_lock(path: &Path) -> Result<File, SandboxError> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(path)
        .map_err(SandboxError::file("cannot open", path))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use crate::sandbox::Estate;

    /// In memory where possible: on a disk, thousands of small changes take a minute while other programs write to it.
    fn directory() -> tempfile::TempDir {
        tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
    }

    /// With looks that took a shared flock(2), and starts that did not wait, this failed within 1100 rounds: "the sandbox
    /// new is already running". With a sweep beside it also: "cannot make …/new: File exists".
    #[test]
    fn looks_and_sweeps_do_not_disturb_a_start() {
        let dir = directory();
        let estate = Estate::at(dir.path());
        let sandbox = estate.sandbox("new");
        let over = AtomicBool::new(false);
        let looks: [(&(dyn Fn() + Sync), usize); 3] = [
            (&|| _ = sandbox.is_lifecycle_locked(), 3000),
            (&|| _ = estate.leftovers(), 3000),
            // It takes the lock itself, and removes the directory that a start has just made and not locked yet.
            (&|| estate.sweep_dead(), 3000),
        ];
        for (look, rounds) in looks {
            over.store(false, Ordering::Relaxed);
            thread::scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(|| {
                        while !over.load(Ordering::Relaxed) {
                            look();
                        }
                    });
                }
                let refused = (0..rounds).find_map(|round| {
                    let lock = sandbox.lock_lifecycle();
                    lock.err().map(|error| format!("round {round}: {error}"))
                });
                over.store(true, Ordering::Relaxed);
                assert_eq!(refused, None);
            });
        }
    }

    /// With a sweep that acted on its first look, this failed within 3000 rounds: it removed the directory of a start.
    #[test]
    fn a_sweep_does_not_remove_a_start_that_begins_meanwhile() {
        let dir = directory();
        let estate = Estate::at(dir.path());
        let sandbox = estate.sandbox("new");
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    let _ = estate.sweep();
                }
            });
            let lost = (0..3000).find(|_| {
                let Ok(lock) = sandbox.lock_lifecycle() else { return true };
                let plan = sandbox.dir().join("plan.json");
                let lost = (0..20).any(|_| fs::write(&plan, "a plan").is_err() || !plan.exists());
                drop(lock);
                lost
            });
            over.store(true, Ordering::Relaxed);
            assert_eq!(lost, None, "a sweep removed the directory of a start");
        });
    }

    #[test]
    fn one_lifecycle_lock_excludes_another_and_can_be_queried() {
        let dir = tempfile::tempdir().unwrap();
        let sandbox = Estate::at(dir.path()).sandbox("new");
        assert!(sandbox.lock_lifecycle_if_exists().unwrap().is_none() && !sandbox.exists());
        let lock = sandbox.lock_lifecycle().unwrap();
        assert!(sandbox.is_lifecycle_locked());
        assert!(sandbox.try_lock_lifecycle().unwrap().is_none());
        drop(lock);
        assert!(!sandbox.is_lifecycle_locked());
        assert!(sandbox.try_lock_lifecycle().unwrap().is_some());
    }
}
