//! Inside a sandbox: asks unitlab on the host through the gate socket.

use std::io;
use std::os::unix::net::UnixStream;
use std::path::Path;

use super::protocol::{GateReply, GateRequest};
use crate::os::{read_frame, write_frame};
use crate::sandbox::{GATE_SOCKET, LONGEST_GATE_ANSWER};

/// True inside a sandbox of unitlab.
pub(crate) fn is_inside() -> bool {
    Path::new(GATE_SOCKET).exists()
}

/// Sends a request and calls `on_reply` for each reply but the last, which is the exit code that is returned.
pub(crate) fn ask_gate(request: &GateRequest, mut on_reply: impl FnMut(GateReply)) -> io::Result<u8> {
    let mut stream = UnixStream::connect(GATE_SOCKET)?;
    write_frame(&mut stream, request)?;
    loop {
        match read_frame(&mut stream, LONGEST_GATE_ANSWER)? {
            Some(GateReply::Exit(code)) => return Ok(code),
            Some(reply) => on_reply(reply),
            None => return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the sandbox's supervisor hung up")),
        }
    }
}
