//! Acting as the learner while the program runs as root for them.

use std::io;
use std::panic::resume_unwind;
use std::thread;

use rustix::process::{Gid, Uid, geteuid};
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};

/// The account that progress belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// User id.
    pub uid: u32,
    /// Group id.
    pub gid: u32,
}

impl Owner {
    /// Does the work with the owner's rights and no others.
    ///
    /// Root that writes into a folder of somebody else can be led anywhere by a link planted there. So root
    /// does not: a thread of its own gives up root for good (credentials are a thread's own in Linux,
    /// credentials(7)), works, and ends. What it makes belongs to the owner, and a planted link leads it
    /// nowhere that its planter could not go.
    pub(super) fn work<T: Send>(self, work: impl FnOnce() -> T + Send) -> io::Result<T> {
        if geteuid().as_raw() == self.uid {
            return Ok(work());
        }
        thread::scope(|scope| {
            let worker = scope.spawn(|| {
                self.become_for_good()?;
                Ok(work())
            });
            worker.join().unwrap_or_else(|panic| resume_unwind(panic))
        })
    }

    fn become_for_good(self) -> io::Result<()> {
        let (uid, gid) = (Uid::from_raw(self.uid), Gid::from_raw(self.gid));
        set_thread_groups(&[])?;
        set_thread_res_gid(gid, gid, gid)?;
        set_thread_res_uid(uid, uid, uid)?;
        Ok(())
    }
}
