//! What the program does: grading, lab sessions, the lesson host, proving. Nothing here parses arguments or prints.

mod curriculum;
mod error;
mod lab_session;
mod lesson_host;
mod proving;

pub(crate) use curriculum::{Curriculum, Goal};
pub(crate) use error::Failure;
pub use lab_session::{Graded, LabRunner, LabSession};
pub(crate) use lab_session::{Waits, longest_wait, systemd_version};
pub(crate) use lesson_host::command_run;
pub use proving::{Case, ChapterProof, Job, Prover, plan, prove_chapters, too_long};
