//! Two samples of a unit's state.

use serde::{Deserialize, Serialize};

/// Two looks at a unit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StabilityFact {
    /// The first look.
    pub before: Sample,
    /// The second look; equal to the first when no waiting was needed.
    pub after: Sample,
    /// How long it was watched, in milliseconds; 0 when its uptime already answered.
    pub watched_ms: u64,
}

/// One look at a unit's state.
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
