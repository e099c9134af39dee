//! unitlab teaches how services really run on Linux, and grades what people build.
//!
//! The modules are on five floors, and each imports only from lower floors (`docs/architecture.md`): [`model`] is plain
//! data, [`engine`] decides, the modules on floor 2 do the I/O, [`app`] joins them, and [`cli`] is the command line.

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
