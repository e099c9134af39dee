//! The result of a program that was run for a check.

use serde::{Deserialize, Serialize};

/// The account that runs a program.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunAs {
    #[default]
    Root,
    /// The account `learner` of the sandbox.
    Learner,
}

/// The result of a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
pub enum CommandFact {
    Exited {
        status: u8,
        stdout: String,
        /// The last line of stderr.
        stderr: String,
    },
    /// Killed by a signal.
    Killed { signal: u32 },
    /// Killed at its deadline.
    TimedOut { seconds: u64 },
    /// Killed because it wrote more than the limit.
    Flooded {
        /// The limit.
        bytes: u64,
    },
    /// The path is not an executable file.
    Missing,
}
