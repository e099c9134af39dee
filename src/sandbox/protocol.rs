//! The messages between unitlab and the roles that it starts for a sandbox. `docs/processes.md` says who sends which.
//!
//! Each message is one frame (`os/frames.rs`): a length, then JSON.

use std::io::{Read, Write};
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::plan::Plan;
use super::record::ProcessId;
use crate::os::{read_frame, write_frame};

/// In bytes. The longest message has a command's arguments twice, and `execve(2)` allows about 2 MiB of them.
const LONGEST_MESSAGE: usize = 8 << 20;

/// To the supervisor: the first message.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SuperviseRequest {
    pub estate: PathBuf,
    /// The sandbox's name.
    pub name: String,
    /// The unit of the host's systemd that the supervisor runs in.
    pub service: Option<String>,
    pub plan: Plan,
}

/// From the supervisor: once, when the payload is up or has failed to boot.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum BootResult {
    Up,
    Failed { why: String, next: String },
}

/// To the supervisor, after [`BootResult::Up`]. If the connection closes without it, the supervisor stops the sandbox.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum LeaseMessage {
    Keep,
}

/// From the supervisor to each client of its control socket, as soon as the payload is up.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum ControlMessage {
    Up,
}

/// To `unitlab enter`: the only message.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EnterRequest {
    /// The payload's PID 1.
    pub leader: ProcessId,
    /// Standard input is a pseudo-terminal that becomes the controlling terminal.
    pub terminal: bool,
    pub task: EnterTask,
}

/// What `unitlab enter` does as root inside.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum EnterTask {
    /// Answer questions about the machine: JSON on standard input, JSON on standard output.
    Examine,
    /// Write files. Their contents follow the message as raw bytes, one file after the other.
    WriteFiles(Vec<FileHeader>),
    Run(Program),
}

/// A file to be written, without its content.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileHeader {
    /// Absolute path in the sandbox, without `.` and `..`.
    pub(super) path: String,
    /// Mode 0755 instead of 0644.
    pub(super) executable: bool,
    /// In bytes.
    pub(super) length: u64,
}

/// One program in two forms.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Program {
    /// The arguments that start it through the payload's manager.
    pub(super) managed: Vec<String>,
    /// The arguments that start it without the manager, for a payload whose message bus is dead.
    pub(super) direct: Vec<String>,
}

pub(super) fn send(stream: &mut impl Write, message: &impl Serialize) -> std::io::Result<()> {
    write_frame(stream, message)
}

/// Returns the next message, or none if the stream has ended.
pub(super) fn receive<T: DeserializeOwned>(stream: &mut impl Read) -> std::io::Result<Option<T>> {
    read_frame(stream, LONGEST_MESSAGE)
}
