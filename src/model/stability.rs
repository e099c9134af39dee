//! Two samples of a unit's state.

use serde::{Deserialize, Serialize};

/// Two samples of a unit's state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StabilityFact {
    pub before: Sample,
    /// Equal to `before` when no waiting was needed.
    pub after: Sample,
    /// The time between the samples, in milliseconds; 0 when the unit has been up for longer than the window.
    pub watched_ms: u64,
}

/// A sample of a unit's state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// `ActiveState`.
    pub active: String,
    /// `SubState`.
    pub sub: String,
    /// `MainPID`, 0 for none.
    pub main_pid: u32,
    /// `InvocationID`.
    pub invocation: String,
    /// `NRestarts`.
    pub restarts: u64,
    /// Time since `ActiveEnterTimestampMonotonic`, in milliseconds; 0 when not active.
    pub up_ms: u64,
}

impl Sample {
    /// A service is up while it reloads its configuration.
    #[must_use]
    pub fn is_up(&self) -> bool {
        matches!(self.active.as_str(), "active" | "reloading" | "refreshing")
    }
}
