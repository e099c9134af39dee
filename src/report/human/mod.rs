//! A report as a person reads it: what holds, what does not and why, and the one thing to do next.

mod check;
mod page;
mod proof;
mod sum;
mod write;

pub use page::Look;
pub use proof::proof;
pub use write::human;
