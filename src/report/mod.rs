//! A graded lab as bytes: one small sibling for each format. None of them knows where the bytes go.

mod human;
mod json;
#[cfg(test)]
mod sample;

pub use human::{Look, human, proof};
pub use json::{Failure, error_json, json};
