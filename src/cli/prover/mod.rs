//! The prover: every case and every mutant of a lab, and every command of a chapter, on machines that nobody used.

mod job;
mod prove;
mod rehearsal;
mod trial;

pub use job::{Case, Job, plan};
pub use prove::Prover;
pub use rehearsal::{Rehearsal, rehearse};
