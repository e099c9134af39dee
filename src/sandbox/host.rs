//! What a supervisor needs to know of the host and changes on it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::mount::{MountFlags, MountPropagationFlags, mount, mount_change};

use super::{Estate, SandboxError, cgroup};
use crate::os::Software;
use crate::os::child::{Limits, run};

/// Whether PID 1 of the host is systemd.
pub(super) fn has_systemd() -> bool {
    Path::new("/run/systemd/system").is_dir()
        && fs::read_to_string("/proc/1/comm").is_ok_and(|comm| comm == "systemd\n")
}

/// Eight random hexadecimal digits, for names that must be unique.
#[must_use]
pub fn random_id() -> String {
    format!("{:08x}", random())
}

fn random() -> u32 {
    let mut bytes = [0; 4];
    let _ = rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty());
    u32::from_ne_bytes(bytes)
}

/// Removes a directory tree without following links. A missing directory is no error.
///
/// Root inside can nest directories so deep that the standard library runs out of descriptors; rm(1) does not.
pub(super) fn remove_tree(dir: &Path) -> io::Result<()> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => {
            let mut rm = Software::Rm.command()?;
            rm.args(["-rf", "--one-file-system", "--"]).arg(dir);
            // A root may hold hundreds of thousands of files.
            let rm = run(&mut rm, b"", Limits { time: Duration::from_secs(600), stdout: 64 << 10 })?;
            if rm.status.success() { Ok(()) } else { Err(error) }
        }
        Ok(()) => Ok(()),
    }
}

/// The first uid of a range of 65536 that no other sandbox of the estate has.
pub(super) fn free_base(estate: &Estate) -> u32 {
    let taken: Vec<u32> = estate.sandboxes().iter().filter_map(|sandbox| Some(sandbox.record().ok()??.base)).collect();
    loop {
        // The part of systemd's container range (UIDS-GIDS.md) above what subuid tools assign.
        let base = (0x1000 + random() % 0x5fef) << 16;
        if !taken.contains(&base) {
            return base;
        }
    }
}

/// Mounts what only the supervisor's mount namespace sees: nspawn's working directory and an ephemeral root.
pub(super) fn mount_privately(root: Option<&Path>) -> Result<(), SandboxError> {
    let fail = |what: &str| SandboxError::system(format!("cannot mount {what}"));
    mount_change("/", MountPropagationFlags::DOWNSTREAM | MountPropagationFlags::REC).map_err(fail("privately"))?;
    let nspawn = Path::new("/run/systemd/nspawn");
    fs::create_dir_all(nspawn).map_err(SandboxError::file("cannot make", nspawn))?;
    mount("tmpfs", nspawn, "tmpfs", MountFlags::NODEV | MountFlags::NOSUID, Some(c"mode=0755,size=4m"))
        .map_err(fail("a tmpfs for systemd-nspawn"))?;
    let Some(root) = root else { return Ok(()) };
    fs::create_dir_all(root).map_err(SandboxError::file("cannot make", root))?;
    mount("tmpfs", root, "tmpfs", MountFlags::NODEV, Some(c"mode=0755,size=256m,nr_inodes=100k"))
        .map_err(fail("a tmpfs for the sandbox's root"))
}

/// Leaves the control groups and removes them. Those of a service are removed by the host's systemd.
pub(super) fn leave_cgroups(cgroups: &[PathBuf]) {
    if has_systemd() {
        return;
    }
    for hierarchy in cgroup::hierarchies() {
        let _ = cgroup::join(&hierarchy.mount);
    }
    cgroup::remove(cgroups);
}
