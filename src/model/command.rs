//! What came of running a program.

use serde::{Deserialize, Serialize};

/// Who runs a program.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunAs {
    /// The superuser.
    #[default]
    Root,
    /// The account `learner` of the sandbox.
    Learner,
}

/// What came of running a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
pub enum CommandFact {
    /// It ended by itself.
    Exited {
        /// Its exit status.
        status: u8,
        /// What it wrote to stdout.
        stdout: String,
        /// The last line on stderr.
        stderr: String,
    },
    /// A signal ended it.
    Killed {
        /// The signal's number.
        signal: u32,
    },
    /// It ran until its deadline.
    TimedOut {
        /// The deadline.
        seconds: u64,
    },
    /// It wrote more than is read.
    Flooded {
        /// The bound.
        bytes: u64,
    },
    /// Nothing that can be executed is at its path.
    Missing,
}
