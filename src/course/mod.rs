//! Finds, reads and lints the labs of a course, embedded in the binary or in a folder.

mod case_file;
mod check_kind;
mod demand;
mod error;
mod fields;
mod lab_file;
mod lab_folder;
mod needs;
mod shelf;
mod spelling;
mod tree;

pub use error::{CourseError, CourseErrors, NoSuchLab};
pub use lab_folder::{CaseFolder, LabFolder};
pub use shelf::Course;
