//! The messages between unitlab inside a sandbox, the supervisor, and the process that answers on the host.
//!
//! Inside sends one [`GateRequest`] over the gate socket. The supervisor passes it on in a [`GateJob`] to a gate
//! child, and relays the child's [`GateReply`] frames; the last one is `Exit`.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::app::lab_question::LabQuestion;
use crate::report::Format;

/// Sent from inside a sandbox. There are no paths in it and no command lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GateRequest {
    pub(crate) verb: GateVerb,
    /// The sender's terminal shows colours.
    pub(crate) color: bool,
    /// Columns of the sender's terminal.
    pub(crate) width: u16,
}

/// What can be asked from inside; each is a command of unitlab.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum GateVerb {
    /// `unitlab check`
    Check {
        /// The lab, if the learner named one.
        lab: Option<String>,
        format: Format,
        no_trials: bool,
    },
    /// `unitlab hint`
    Hint {
        /// A check's id.
        check: Option<String>,
    },
    /// `unitlab lab brief`
    Brief {
        /// The lab, if the learner named one.
        lab: Option<String>,
    },
    /// What the lab asks for, to choose from.
    Questions,
    /// `unitlab answer`
    Answer {
        /// A check's id.
        check: Option<String>,
        value: Option<String>,
    },
}

/// One part of the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum GateReply {
    /// Text for standard output.
    Stdout(String),
    /// Text for standard error.
    Stderr(String),
    /// What the check waits for now, for the spinner.
    Waiting(String),
    /// What the lab asks for.
    Questions(Vec<LabQuestion>),
    /// The end of the answer: the exit code.
    Exit(u8),
}

/// Sent from the supervisor to the gate child.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GateJob {
    pub(crate) request: GateRequest,
    /// The lab of the sandbox.
    pub(crate) lab: String,
    pub(crate) locations: Locations,
    /// The learner's uid and gid.
    pub(crate) owner: (u32, u32),
}

/// Where unitlab finds a learner's progress, sandboxes and course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Locations {
    /// Directory of the progress file.
    pub state_dir: PathBuf,
    /// Directory of all sandboxes.
    pub estate: PathBuf,
    /// Directory of the course; `None` for the built-in one.
    pub course_dir: Option<PathBuf>,
}
