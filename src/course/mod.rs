//! Finds, reads and lints the lessons and labs of a course, embedded in the binary or in a folder.

mod answers;
mod case_file;
mod check_kind;
mod demand;
mod error;
mod fields;
mod harmless;
mod kebab;
mod lab_file;
mod lab_folder;
mod lesson;
mod needs;
mod proofs;
mod shelf;
mod shelf_lessons;

mod tree;
mod variables;
mod walk;

pub use error::{CourseError, CourseErrors, LabError, NoSuchChapter, NoSuchLab};
pub use harmless::Harmless;
pub use lab_folder::{CaseDirectory, LabDirectory};
pub use lesson::write_records;
pub use shelf::Course;
