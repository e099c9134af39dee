//! The host: which kind it is, and what a supervisor arranges on it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use rustix::mount::{MountFlags, MountPropagationFlags, mount, mount_change};

use super::{Estate, SandboxError, cgroup};
use crate::os::child::{Limits, run};

/// PID 1 of the host is systemd.
pub(super) fn has_systemd() -> bool {
    Path::new("/run/systemd/system").is_dir()
        && fs::read_to_string("/proc/1/comm").is_ok_and(|comm| comm == "systemd\n")
}

/// Eight random hexadecimal digits, so that no two things of ours are ever mistaken for each other.
#[must_use]
pub fn random_id() -> String {
    format!("{:08x}", random())
}

fn random() -> u32 {
    let mut bytes = [0; 4];
    let _ = rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty());
    u32::from_ne_bytes(bytes)
}

/// Removes a folder with all that is in it, however deep root inside has nested it: where the standard library would need
/// more descriptors than there are, rm(1) does not. No link is followed. What is not there is no error.
pub(super) fn remove_tree(dir: &Path) -> io::Result<()> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => {
            let mut rm = Command::new("rm");
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
        // The part of systemd's own container range (UIDS-GIDS.md) that lies above what subuid tools hand out.
        let base = (0x1000 + random() % 0x5fef) << 16;
        if !taken.contains(&base) {
            return base;
        }
    }
}

/// What a supervisor mounts in its own namespace: nspawn's working folder, and a root that goes with it.
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

/// Gives the control groups back; a service's own are its systemd's to remove.
pub(super) fn leave(cgroups: &[PathBuf]) {
    if has_systemd() {
        return;
    }
    for hierarchy in cgroup::hierarchies() {
        let _ = cgroup::join(&hierarchy.mount);
    }
    cgroup::remove(cgroups);
}
