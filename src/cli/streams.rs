//! Where output goes: to our standard streams, or as messages to a process inside a sandbox.

use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::sync::Mutex;

use crate::app::GateReply;
use crate::os::write_frame;

/// The destination of everything that `check`, `hint`, `answer` and `lab brief` print.
#[derive(Debug)]
pub(super) enum Streams {
    /// Standard output and standard error.
    Standard,
    /// Replies to a request from inside a sandbox.
    Gate(Mutex<UnixStream>),
}

impl Streams {
    pub(super) fn print(&self, text: &[u8]) -> io::Result<()> {
        match self {
            Self::Standard => io::stdout().lock().write_all(text),
            Self::Gate(_) => self.reply(&GateReply::Stdout(String::from_utf8_lossy(text).into_owned())),
        }
    }

    /// Prints to standard error. Failures are ignored, because there is nowhere left to report them.
    pub(super) fn print_error(&self, text: &str) {
        let _ = match self {
            Self::Standard => io::stderr().lock().write_all(text.as_bytes()),
            Self::Gate(_) => self.reply(&GateReply::Stderr(text.to_owned())),
        };
    }

    /// Sends the process inside a text for its spinner. On standard streams, our own spinner shows it.
    pub(super) fn waiting(&self, text: &str) {
        if let Self::Gate(_) = self {
            let _ = self.reply(&GateReply::Waiting(text.to_owned()));
        }
    }

    /// Sends a reply to the process inside; does nothing on standard streams.
    pub(super) fn reply(&self, reply: &GateReply) -> io::Result<()> {
        let Self::Gate(stream) = self else { return Ok(()) };
        let mut stream = stream.lock().map_err(|_| io::ErrorKind::BrokenPipe)?;
        write_frame(&mut *stream, reply)
    }
}
