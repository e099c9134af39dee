//! A graded lab as bytes: one small sibling for each format. None of them knows where the bytes go.

mod human;
mod json;
mod junit;
#[cfg(test)]
mod sample;
mod tap;
#[cfg(test)]
mod tests;
mod told;

pub use human::{Look, human, proof};
pub use json::{Failure, error_json, json};
pub use junit::{error_junit, junit};
pub use tap::{error_tap, tap};
