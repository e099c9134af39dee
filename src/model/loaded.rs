//! What a manager says of itself and of its units.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The manager itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SystemFact {
    /// `Version` as the manager gives it: `252.39-1~deb12u2`.
    pub version: String,
    /// `SystemState`: `running`, `degraded`, `starting` …
    pub state: String,
    /// The unit that `default.target` stands for: `multi-user.target`.
    pub default_target: String,
}

/// `systemctl show UNIT`: property → value, as printed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitFact {
    /// Every property that the manager printed.
    pub properties: BTreeMap<String, String>,
}

impl UnitFact {
    /// The value of one property; empty when the manager printed none.
    #[must_use]
    pub fn get(&self, property: &str) -> &str {
        self.properties.get(property).map_or("", String::as_str)
    }

    /// The value of a list property (`After`, `WantedBy` …), split at white space.
    #[must_use]
    pub fn list(&self, property: &str) -> Vec<&str> {
        self.get(property).split_whitespace().collect()
    }
}

/// What the loaded dependency graph says of the next boot.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BootFact {
    /// The unit that `default.target` stands for.
    pub default_target: String,
    /// Who pulls the unit in directly: `WantedBy=`, `RequiredBy=`, `UpheldBy=`, `BoundBy=` as loaded.
    pub pullers: Vec<Puller>,
    /// A chain from the default target to the unit, both included; empty when the boot does not pull it in.
    pub chain: Vec<String>,
    /// `UnitFileState` (`enabled`, `disabled`, `static`, `masked` …).
    pub unit_file_state: String,
    /// The unit has been started since this boot by whoever asked: `InactiveExitTimestampMonotonic` is not 0.
    pub started_since_boot: bool,
    /// Units of which each is to start before the next, and the last before the first, which is this unit; looked for
    /// only where the boot pulls it in, and no start of it was tried.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cycle: Vec<String>,
    /// Units into which a link on the disk hooks this one, and of which the manager has not read it; looked for only where
    /// the boot does not pull it in, as far as is loaded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<String>,
}

/// A unit that pulls another one in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Puller {
    /// The unit that pulls.
    pub unit: String,
    /// The property that says so: `WantedBy`.
    pub via: String,
    /// It is loaded (a target that does not exist can pull nothing).
    pub exists: bool,
}

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
