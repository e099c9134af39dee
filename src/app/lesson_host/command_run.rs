//! A command of a lesson while it runs in its sandbox: what it prints, as text, piece by piece.

use std::io::Read as _;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::model::Practice;
use crate::sandbox::{Entrance, OutputReader, RunningCommand, SandboxError};

/// What comes from a command that runs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// It printed this.
    Text(String),
    /// It will print no more.
    End,
}

/// What a command did from its beginning to its end.
#[derive(Debug)]
pub(crate) struct CommandOutput {
    /// The start of what it printed, both streams.
    pub output: String,
    /// It ended by itself, within its time.
    pub in_time: bool,
}

/// Of what a command prints, this much is kept.
const KEPT: usize = 1 << 20;

/// A command is ended inside when its time is over; where that does not end it, so long after, nothing there will.
const GRACE: Duration = Duration::from_secs(5);

/// How long a block's command is waited for.
pub(crate) fn patience(practice: &Practice) -> Duration {
    Duration::from_secs(practice.seconds.into()) + GRACE
}

/// Begins `run` as whom, and for as long as, the block says. Whoever hears says false when they want no more.
pub(crate) fn begin(
    entrance: &Entrance,
    practice: &Practice,
    run: &str,
    hear: impl FnMut(Piece) -> bool + Send + 'static,
) -> Result<RunningCommand, SandboxError> {
    let (running, output) = entrance.practice(run, practice.root, practice.seconds)?;
    thread::spawn(move || read(output, hear));
    Ok(running)
}

/// Runs a block's own command to its end.
pub(crate) fn whole(entrance: &Entrance, practice: &Practice) -> Result<CommandOutput, SandboxError> {
    let (sender, heard) = mpsc::channel();
    let limit = Duration::from_secs(practice.seconds.into());
    let begun = Instant::now();
    let mut running = begin(entrance, practice, &practice.run, move |piece| sender.send(piece).is_ok())?;
    let mut output = String::new();
    loop {
        match heard.recv_timeout(patience(practice).saturating_sub(begun.elapsed())) {
            Ok(Piece::Text(text)) if output.len() < KEPT => output.push_str(&text),
            Ok(Piece::Text(_)) => {}
            Ok(Piece::End) | Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                running.stop();
                break;
            }
        }
    }
    running.wait()?;
    Ok(CommandOutput { output, in_time: begun.elapsed() < limit })
}

fn read(mut output: OutputReader, mut hear: impl FnMut(Piece) -> bool) {
    let mut text = Decoder::default();
    let mut chunk = [0; 8192];
    let mut heard = 0;
    while let Ok(count) = output.read(&mut chunk) {
        if count == 0 {
            break;
        }
        // Whoever hears may be slower than `yes`, and what waits for them is on this side of the limits.
        if heard > KEPT {
            continue;
        }
        heard += count;
        let text = text.decode(&chunk[..count]);
        if !text.is_empty() && !hear(Piece::Text(text)) {
            return;
        }
    }
    hear(Piece::End);
}

/// Bytes that come in pieces, as text; a character that is cut waits for its rest.
#[derive(Debug, Default)]
struct Decoder(Vec<u8>);

impl Decoder {
    fn decode(&mut self, bytes: &[u8]) -> String {
        self.0.extend_from_slice(bytes);
        let cut = match std::str::from_utf8(&self.0) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            _ => self.0.len(),
        };
        let rest = self.0.split_off(cut);
        let text = String::from_utf8_lossy(&self.0).into_owned();
        self.0 = rest;
        text
    }
}

#[cfg(test)]
mod tests {
    use super::Decoder;

    #[test]
    fn a_character_that_comes_in_pieces_is_one() {
        let mut decoder = Decoder::default();
        assert_eq!(decoder.decode(b"a\xe2\x97"), "a");
        assert_eq!(decoder.decode(b"\x8f b"), "● b");
        assert_eq!(decoder.decode(b"\xff"), "\u{fffd}");
    }
}
