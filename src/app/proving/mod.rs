//! Proves a course: each case and mutant of a lab, and each command of a chapter, in a fresh sandbox.

mod case_run;
mod chapter_proof;
mod job;
mod long_pages;
mod mutant_grading;
mod parallel;
mod prover;
mod recording;
mod selection;

pub use chapter_proof::ChapterProof;
pub use job::{Case, Job, chapter_jobs, lab_jobs};
pub use long_pages::overlong_pages;
pub use parallel::default_parallel;
pub use prover::Prover;
pub(crate) use recording::record_outputs;
pub(crate) use selection::Selection;
