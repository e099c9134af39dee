//! The progress of a learner: one readable file, kept through crashes, races and version changes.

mod error;
mod owner;
mod progress;
mod report_file;
mod salvage;
mod state_dir;
mod store;

pub use error::LearnerError;
pub use owner::Owner;
pub use progress::{AnswerProgress, ChapterProgress, LabProgress, Progress};
pub use report_file::ReportFile;
pub use state_dir::StateDir;
pub use store::{DamagedCopy, LoadedProgress, Store};
