//! unitlab teaches how services really run on Linux, and grades what people build.
//!
//! The rooms stand on five floors, and an arrow only points down (`tests/house.rs`): [`model`] holds the nouns,
//! [`engine`] decides, the rooms on floor 2 read, ask, boot and print, [`app`] joins them, and [`cli`] is the command
//! line.

pub mod app;
pub mod cli;
pub mod course;
pub mod engine;
pub mod learner;
pub mod machine;
pub mod model;
pub mod os;
pub mod report;
pub mod sandbox;
pub mod ui;
