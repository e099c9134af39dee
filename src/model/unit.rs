//! Properties of the manager and of its units.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Properties of the manager.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SystemFact {
    /// `Version` as the manager gives it: `252.39-1~deb12u2`.
    pub version: String,
    /// `SystemState`: `running`, `degraded`, `starting` …
    pub state: String,
    /// The unit that `default.target` is an alias of: `multi-user.target`.
    pub default_target: String,
}

/// `systemctl show UNIT`: property → value, as printed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitFact {
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
