//! Whether the next boot starts a unit.

use serde::{Deserialize, Serialize};

/// Whether the next boot starts a unit, according to the loaded dependency graph.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BootFact {
    /// The unit that `default.target` is an alias of.
    pub default_target: String,
    /// Units that pull it in directly: `WantedBy=`, `RequiredBy=`, `UpheldBy=`, `BoundBy=` as loaded.
    pub pullers: Vec<Puller>,
    /// A chain from the default target to the unit, both included; empty when the boot does not pull it in.
    pub chain: Vec<String>,
    /// `UnitFileState` (`enabled`, `disabled`, `static`, `masked` …).
    pub unit_file_state: String,
    /// The unit was started since this boot: `InactiveExitTimestampMonotonic` is not 0.
    pub started_since_boot: bool,
    /// An ordering cycle that begins with this unit: each unit starts before the next, the last before the first. Only
    /// looked for if the boot pulls the unit in and it was not started yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cycle: Vec<String>,
    /// Units with a `.wants` or `.requires` link to this one on the disk that the manager has not loaded. Only looked for
    /// if the loaded graph does not pull the unit in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<String>,
}

/// A unit that pulls another one in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Puller {
    pub unit: String,
    /// The property that names it: `WantedBy`.
    pub via: String,
    /// The unit is loaded; a target that does not exist pulls nothing in.
    pub exists: bool,
}
