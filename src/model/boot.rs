//! Whether the next boot starts a unit.

use serde::{Deserialize, Serialize};

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
