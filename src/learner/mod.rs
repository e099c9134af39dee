//! The learner's progress: one readable file that survives crashes, races and version changes.

mod declined;
mod error;
mod owner;
mod progress;
mod recovery;
mod report_file;
mod state_dir;
mod store;

pub use declined::DeclinedSoftware;
pub use error::LearnerError;
pub use owner::Owner;
pub use progress::{AnswerProgress, ChapterProgress, LabProgress, Progress};
pub use report_file::ReportFile;
pub use state_dir::StateDir;
pub use store::{DamagedCopy, LoadedProgress, Store};
