//! What a sandbox is made for, and from what.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Plan {
    /// The lab's id, shown in the prompt.
    pub lab: String,
    /// Uid of the user who asked for it.
    pub owner: u32,
    pub owner_gid: u32,
    pub source: RootSource,
    /// The OS tree whose `/usr` and `/etc` it boots on; `/` for the host's.
    pub os_tree: PathBuf,
    /// The unitlab program that supervises it.
    pub program: PathBuf,
    /// Data for the gate service, which answers requests from inside; opaque here.
    pub gate_data: serde_json::Value,
}

/// Where a sandbox's root comes from, and where it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum RootSource {
    /// On disk: kept between starts, and made if it is missing.
    Keep,
    /// Made on a tmpfs; deleted with the sandbox.
    Fresh,
    /// A copy of a running sandbox's root on a tmpfs: its twin. Names the original.
    CopyOf(String),
}
