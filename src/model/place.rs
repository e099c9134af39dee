//! Where a lab is graded.

use serde::{Deserialize, Serialize};

/// The machine that was asked, and its service manager.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// A sandbox of ours, or this machine itself.
    pub kind: PlaceKind,
    /// The manager's version as it names itself, without the distribution's suffix (`252`); empty when it could not be asked.
    pub systemd: String,
}

/// The two kinds of place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PlaceKind {
    /// A disposable systemd that belongs to one lab.
    Sandbox,
    /// The machine that unitlab itself runs on.
    Here,
}
