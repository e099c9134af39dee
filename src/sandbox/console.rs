//! What the payload says on its console, kept for the day on which it does not boot.

use std::io::Read;

use rustix::fs::inotify;
use rustix::io::Errno;

use super::SandboxError;

/// Only the end is kept.
const KEPT: usize = 16 * 1024;

/// The end of it.
#[derive(Debug, Default)]
pub(super) struct Console(Vec<u8>);

impl Console {
    /// Takes what a stream has to say; one that has ended is closed.
    pub(super) fn listen(&mut self, stream: &mut Option<impl Read>) {
        let mut chunk = [0; 4096];
        match stream.as_mut().map(|stream| stream.read(&mut chunk)) {
            Some(Ok(count)) if count > 0 => {
                self.0.extend_from_slice(&chunk[..count]);
                let surplus = self.0.len().saturating_sub(KEPT);
                self.0.drain(..surplus);
            }
            _ => *stream = None,
        }
    }

    /// The error of a payload that did not boot, with its last words.
    pub(super) fn no_boot(&self, name: &str, how: &str) -> SandboxError {
        let text = String::from_utf8_lossy(&self.0);
        let said = text.lines().rev().find(|line| !line.trim().is_empty());
        if said.is_none() && watches_are_used_up() {
            return SandboxError::Unsupported {
                what: "the inotify instances of this machine are used up (fs.inotify.max_user_instances), and no systemd boots without one".into(),
                next: "stop sandboxes that you do not need (`unitlab list`), or: sudo sysctl -w fs.inotify.max_user_instances=512".into(),
            };
        }
        let why = said.map_or_else(
            || format!("systemd-nspawn {how} without a word"),
            |line| line.chars().filter(|c| !c.is_control()).take(300).collect(),
        );
        let id_map = text.contains("idmap") || text.contains("ID map") || text.contains("private-users");
        if id_map {
            return SandboxError::Unsupported {
                what: format!("this machine cannot map user ids over /usr: {why}"),
                next: "put /usr on ext4, xfs, btrfs or another file system with id-mapped mounts (not overlayfs)"
                    .into(),
            };
        }
        SandboxError::Boot { name: name.to_owned(), why }
    }
}

/// They are counted by user, and those of a container count for whoever made it: many payloads at once use them up, and
/// then PID 1 ends before it could say why.
fn watches_are_used_up() -> bool {
    inotify::init(inotify::CreateFlags::CLOEXEC).err() == Some(Errno::MFILE)
}
