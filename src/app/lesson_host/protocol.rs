//! The messages between `unitlab learn` and the lesson host, the process that runs a lesson's sandbox as root.
//!
//! They are frames ([`crate::os::write_frame`]) on the host's standard input and output.

use serde::{Deserialize, Serialize};

/// The longest request in bytes.
pub(super) const LONGEST_REQUEST: usize = 64 << 10;

/// Sent to the lesson host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum LessonRequest {
    /// Boot a fresh sandbox with this chapter's scene; an earlier sandbox is stopped.
    Prepare {
        /// The chapter's id.
        chapter: String,
    },
    /// Run commands of the chapter.
    Run {
        /// Ids of the blocks whose commands run first; their output is not sent.
        prerequisites: Vec<String>,
        /// Id of the block whose user and time limit apply.
        block: String,
        /// The command line, which the learner may have changed.
        command_line: String,
    },
    /// Stop the running command.
    Stop,
}

/// Sent by the lesson host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum LessonEvent {
    /// The sandbox is booting.
    Booting,
    /// The sandbox is up.
    Up {
        /// Its systemd version: `252`.
        systemd: String,
    },
    /// The sandbox cannot be booted.
    BootFailed {
        /// The reason, in one line.
        why: String,
    },
    /// The command printed this text.
    Output {
        /// Standard output and standard error, decoded.
        text: String,
    },
    /// The command has exited.
    Exited {
        /// Its exit code as a shell reports it; `None` if it was stopped or could not be started.
        code: Option<i32>,
    },
}
