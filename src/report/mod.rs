//! Writes reports: for people, and as JSON, `JUnit` and TAP.

mod format;
mod human;
mod json;
mod junit;
mod labels;
#[cfg(test)]
mod sample;
mod tap;
#[cfg(test)]
mod tests;

pub(crate) use format::Format;
pub use human::{human, proof};
pub use json::{ErrorReport, error_json, json};
pub use junit::{error_junit, junit};
pub use tap::{error_tap, tap};
