//! Recorded observations of one answer to one lab, in `tests/recorded/`.
#![allow(dead_code, unreachable_pub, reason = "a module of every test program, each of which uses the part it needs")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::fs;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use unitlab::model::Observations;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Recording {
    pub lab: String,
    pub systemd: String,
    pub observations: Observations,
}

impl Recording {
    pub fn read(name: &str) -> Self {
        serde_json::from_slice(&fs::read(path(name)).unwrap()).unwrap()
    }

    pub fn write(&self, name: &str) {
        let mut text = serde_json::to_string_pretty(self).unwrap();
        text.push('\n');
        fs::write(path(name), text).unwrap();
    }
}

fn path(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "recorded", &format!("{name}.json")].iter().collect()
}
