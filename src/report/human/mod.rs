//! Reports for people.

mod check;
mod proof;
mod proof_times;
mod report;
mod summary;
mod text_builder;

pub use proof::proof;
pub use report::human;
