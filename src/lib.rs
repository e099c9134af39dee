//! unitlab teaches how services really run on Linux, and grades what people build.
//!
//! The rooms stand on four floors, and an arrow only ever points down (`tests/house.rs`):
//! [`model`] holds the nouns, `engine` decides, the rooms above read, ask, boot, print,
//! and `commands` is the one place where they meet.

pub mod machine;
pub mod model;
