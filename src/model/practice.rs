//! What a lesson and the sandbox beside it say to each other, one JSON document a line.

use serde::{Deserialize, Serialize};

/// What the lesson wants of its sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Order {
    /// Have a fresh sandbox with this chapter's scene.
    Prepare {
        /// The chapter's id.
        chapter: String,
    },
    /// Run commands of that chapter: first those of some blocks, unseen, then the block's own.
    Run {
        /// The blocks that come first.
        first: Vec<String>,
        /// The block, which says as whom and for how long.
        block: String,
        /// The command, as the learner wants it.
        run: String,
    },
    /// Stop the command that runs.
    Stop,
}

/// What becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Told {
    /// A sandbox is on its way.
    Booting,
    /// It is there.
    Up {
        /// Its systemd's version: `252`.
        systemd: String,
    },
    /// It will not be there.
    Impossible {
        /// Why, in a line.
        why: String,
    },
    /// The command printed something.
    Printed {
        /// As text, whatever it was.
        text: String,
    },
    /// The command has ended.
    Ended {
        /// How, as a shell tells it; none when it was stopped, or could not run.
        code: Option<i32>,
    },
}
