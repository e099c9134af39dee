//! Runs one command of a lesson in its sandbox and reads what it prints.

use std::io::Read as _;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::model::LessonCommand;
use crate::sandbox::{Entrance, OutputReader, RunningCommand, SandboxError};

/// Something that a running command did.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CommandEvent {
    /// It printed this text.
    Text(String),
    /// Its output has ended.
    End,
}

/// The result of a command that was run to its end.
#[derive(Debug)]
pub(crate) struct CommandOutput {
    /// The start of its standard output and standard error.
    pub(crate) output: String,
    /// It exited within its time limit.
    pub(crate) in_time: bool,
}

/// Bytes of a command's output that are kept; the rest is read and dropped.
const KEPT: usize = 1 << 20;

/// The sandbox kills a command at its time limit. After this much longer, it is stopped from outside.
const EXTRA_TIME: Duration = Duration::from_secs(5);

/// How long to wait for a command before it is stopped.
pub(crate) fn time_limit(command: &LessonCommand) -> Duration {
    Duration::from_secs(command.seconds.into()) + EXTRA_TIME
}

/// Starts `command_line` with the user and the time limit of `command`. `on_event` runs on its own thread and returns false to
/// stop reading.
pub(crate) fn start(
    entrance: &Entrance,
    command: &LessonCommand,
    command_line: &str,
    on_event: impl FnMut(CommandEvent) -> bool + Send + 'static,
) -> Result<RunningCommand, SandboxError> {
    let (running, output) = entrance.run_with_time_limit(command_line, command.root, command.seconds)?;
    thread::spawn(move || read(output, on_event));
    Ok(running)
}

/// Runs `command` and waits for its end.
pub(crate) fn run_to_end(entrance: &Entrance, command: &LessonCommand) -> Result<CommandOutput, SandboxError> {
    let (sender, events) = mpsc::channel();
    let limit = Duration::from_secs(command.seconds.into());
    let begun = Instant::now();
    let mut running = start(entrance, command, &command.run, move |event| sender.send(event).is_ok())?;
    let mut output = String::new();
    loop {
        match events.recv_timeout(time_limit(command).saturating_sub(begun.elapsed())) {
            Ok(CommandEvent::Text(text)) if output.len() < KEPT => output.push_str(&text),
            Ok(CommandEvent::Text(_)) => {}
            Ok(CommandEvent::End) | Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                running.stop();
                break;
            }
        }
    }
    running.wait()?;
    Ok(CommandOutput { output, in_time: begun.elapsed() < limit })
}

fn read(mut output: OutputReader, mut on_event: impl FnMut(CommandEvent) -> bool) {
    let mut decoder = Decoder::default();
    let mut chunk = [0; 8192];
    let mut count = 0;
    while let Ok(length) = output.read(&mut chunk) {
        if length == 0 {
            break;
        }
        // The reader may be slower than a command like `yes`: do not queue output without a limit.
        if count > KEPT {
            continue;
        }
        count += length;
        let text = decoder.decode(&chunk[..length]);
        if !text.is_empty() && !on_event(CommandEvent::Text(text)) {
            return;
        }
    }
    on_event(CommandEvent::End);
}

/// Decodes UTF-8 that arrives in pieces; an incomplete character waits for the next piece.
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
    fn a_character_split_between_reads_is_decoded_once() {
        let mut decoder = Decoder::default();
        assert_eq!(decoder.decode(b"a\xe2\x97"), "a");
        assert_eq!(decoder.decode(b"\x8f b"), "● b");
        assert_eq!(decoder.decode(b"\xff"), "\u{fffd}");
    }
}
