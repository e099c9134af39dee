//! Proves a course: every case and every mutant of a lab, and every command of a chapter, each in a fresh sandbox.

mod case_run;
mod chapter_proof;
mod job;
mod long_pages;
mod prover;

pub use chapter_proof::{ChapterProof, prove_chapters};
pub use job::{Case, Job, plan};
pub use long_pages::too_long;
pub use prover::Prover;
