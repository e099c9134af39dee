//! Accepts connections on a sandbox's gate socket, within limits, and passes each request to a service of the caller.

use std::io;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use serde::Serialize;

use super::Plan;
use crate::os::{frame, read_json};

/// Path of the gate socket inside a sandbox.
pub(crate) const GATE_SOCKET: &str = "/run/unitlab/socket";

/// Requests of one sandbox that are answered at the same time.
const MOST_ACTIVE: usize = 2;
/// The longest request in bytes.
const LONGEST_REQUEST: usize = 4096;
/// The longest answer to one request in bytes, all replies together.
pub(crate) const LONGEST_ANSWER: usize = 1 << 20;
/// Bytes beyond [`LONGEST_ANSWER`] that are reserved for the last replies.
const RESERVED: usize = 4096;
const READ_TIMEOUT: Duration = Duration::from_secs(5);
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

static ACTIVE: AtomicUsize = AtomicUsize::new(0);

/// Answers requests that come from inside a sandbox. It runs in the supervisor, on a thread per request.
pub(crate) trait GateService: Send + Sync {
    /// Answers one request. `program` is the supervisor's copy of this program.
    fn answer(&self, request: IncomingRequest, plan: &Plan, program: &Path, replies: &mut Replies) -> io::Result<()>;
}

/// A request as it arrived.
#[derive(Debug)]
pub(crate) enum IncomingRequest {
    /// JSON text, not parsed yet.
    Json(Vec<u8>),
    /// No complete request arrived, or it is too long.
    Unreadable(io::Error),
    /// Too many requests are being answered already; this one was not read.
    Busy,
}

/// Sends replies to the process that asked, as frames.
#[derive(Debug)]
pub(crate) struct Replies {
    stream: UnixStream,
    left: usize,
}

impl Replies {
    /// Sends one reply; returns false, and sends nothing, if the answer would get longer than [`LONGEST_ANSWER`].
    pub(crate) fn send(&mut self, reply: &impl Serialize) -> io::Result<bool> {
        let frame = frame(reply)?;
        let Some(left) = self.left.checked_sub(frame.len()).filter(|left| *left >= RESERVED) else { return Ok(false) };
        self.left = left;
        io::Write::write_all(&mut self.stream, &frame).map(|()| true)
    }

    /// Sends a reply that ends the answer, for which some bytes are reserved.
    pub(crate) fn send_last(&mut self, reply: &impl Serialize) -> io::Result<()> {
        let frame = frame(reply)?;
        self.left = self.left.checked_sub(frame.len()).ok_or(io::ErrorKind::FileTooLarge)?;
        io::Write::write_all(&mut self.stream, &frame)
    }
}

/// Accepts one connection and answers it on its own thread.
pub(super) fn accept(gate: &UnixListener, plan: &Plan, program: &Path, service: &Arc<dyn GateService>) {
    let Ok((stream, _)) = gate.accept() else { return };
    if stream.set_read_timeout(Some(READ_TIMEOUT)).and(stream.set_write_timeout(Some(WRITE_TIMEOUT))).is_err() {
        return;
    }
    if ACTIVE.fetch_add(1, Ordering::AcqRel) >= MOST_ACTIVE {
        ACTIVE.fetch_sub(1, Ordering::AcqRel);
        let mut replies = Replies { stream, left: LONGEST_ANSWER + RESERVED };
        let _ = service.answer(IncomingRequest::Busy, plan, program, &mut replies);
        return;
    }
    let (plan, program, service) = (plan.clone(), program.to_owned(), Arc::clone(service));
    let spawned = thread::Builder::new().spawn(move || {
        let _ = serve(stream, &plan, &program, &*service);
        ACTIVE.fetch_sub(1, Ordering::AcqRel);
    });
    if spawned.is_err() {
        ACTIVE.fetch_sub(1, Ordering::AcqRel);
    }
}

fn serve(mut stream: UnixStream, plan: &Plan, program: &Path, service: &dyn GateService) -> io::Result<()> {
    let request = match read_json(&mut stream, LONGEST_REQUEST) {
        Ok(Some(json)) => IncomingRequest::Json(json),
        Ok(None) => IncomingRequest::Unreadable(io::ErrorKind::UnexpectedEof.into()),
        Err(error) => IncomingRequest::Unreadable(error),
    };
    service.answer(request, plan, program, &mut Replies { stream, left: LONGEST_ANSWER + RESERVED })
}
