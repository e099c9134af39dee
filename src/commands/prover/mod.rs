//! The prover: every case and every mutant of a lab, each on a machine that never saw another.

mod job;
mod prove;
mod trial;

pub use job::{Job, plan};
pub use prove::Prover;
