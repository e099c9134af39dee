//! One verb per file; the only room where the others meet.

mod check;
mod cli;
mod completions;
mod context;
mod demo;
mod doctor;
mod enter;
mod examine;
mod failure;
mod format;
mod hint;
mod inside;
mod lab;
mod list;
mod output;
mod root;
mod supervise;
mod workshop;

pub use cli::run;
pub use workshop::{Bench, Graded, Workshop};
