//! The machine on which a lab is graded.

use serde::{Deserialize, Serialize};

/// The machine that was graded, and its service manager.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// A sandbox, or this machine.
    pub kind: PlaceKind,
    /// The version of systemd without the suffix of the distribution, `252`; empty if unknown.
    pub systemd: String,
}

/// The kind of machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PlaceKind {
    /// A disposable systemd for one lab.
    Sandbox,
    /// The machine that unitlab runs on.
    Here,
}
