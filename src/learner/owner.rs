//! Runs work with the learner's rights when the program itself runs as root.

use std::io;
use std::panic::resume_unwind;
use std::thread;

use rustix::process::{Gid, Uid, geteuid};
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};

/// The account that progress belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    pub uid: u32,
    pub gid: u32,
}

impl Owner {
    /// Runs `work` with the owner's rights and no others.
    ///
    /// A user can plant a link in their directory, and root would follow it anywhere. So root works in a new thread
    /// that drops its rights and then ends: Linux has credentials per thread, see credentials(7). New files belong to
    /// the owner, and a link leads only where the owner may go.
    pub(super) fn run<T: Send>(self, work: impl FnOnce() -> T + Send) -> io::Result<T> {
        if geteuid().as_raw() == self.uid {
            return Ok(work());
        }
        thread::scope(|scope| {
            let worker = scope.spawn(|| {
                self.drop_root()?;
                Ok(work())
            });
            worker.join().unwrap_or_else(|panic| resume_unwind(panic))
        })
    }

    /// Cannot be undone in this thread.
    fn drop_root(self) -> io::Result<()> {
        let (uid, gid) = (Uid::from_raw(self.uid), Gid::from_raw(self.gid));
        set_thread_groups(&[])?;
        set_thread_res_gid(gid, gid, gid)?;
        set_thread_res_uid(uid, uid, uid)?;
        Ok(())
    }
}
