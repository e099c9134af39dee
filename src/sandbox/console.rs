//! Keeps the end of the payload's console output, to explain why it did not boot.

use std::io::Read;

use rustix::fs::inotify;
use rustix::io::Errno;

use super::SandboxError;

/// Bytes of output that are kept.
const LIMIT: usize = 16 * 1024;

#[derive(Debug, Default)]
pub(super) struct Console(Vec<u8>);

impl Console {
    /// Reads one chunk from a stream; closes the stream when it has ended.
    pub(super) fn read(&mut self, stream: &mut Option<impl Read>) {
        let mut chunk = [0; 4096];
        match stream.as_mut().map(|stream| stream.read(&mut chunk)) {
            Some(Ok(count)) if count > 0 => {
                self.0.extend_from_slice(&chunk[..count]);
                let surplus = self.0.len().saturating_sub(LIMIT);
                self.0.drain(..surplus);
            }
            _ => *stream = None,
        }
    }

    /// The error for a payload that did not boot. `how` says what nspawn did; it is used if there is no output.
    pub(super) fn boot_error(&self, name: &str, how: &str) -> SandboxError {
        let text = String::from_utf8_lossy(&self.0);
        let last_line = text.lines().rev().find(|line| !line.trim().is_empty());
        if last_line.is_none() && inotify_is_exhausted() {
            return SandboxError::Unsupported {
                what: "this machine has no inotify instances left (fs.inotify.max_user_instances), and systemd cannot boot without one".into(),
                next: "stop sandboxes that you do not need (`unitlab list`), or: sudo sysctl -w fs.inotify.max_user_instances=512".into(),
            };
        }
        let why = last_line.map_or_else(
            || format!("systemd-nspawn {how} and printed nothing"),
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

/// Whether no inotify instance is left. The kernel counts them per user, and those of a payload count for the user who
/// started it. Without one, the payload's PID 1 exits before it prints a reason.
fn inotify_is_exhausted() -> bool {
    inotify::init(inotify::CreateFlags::CLOEXEC).err() == Some(Errno::MFILE)
}
