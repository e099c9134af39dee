//! Finds, reads and lints the lessons and labs of a course, embedded in the binary or from a directory.

mod answers;
mod case_file;
mod check_kind;
mod digest;
mod directory;
mod error;
mod fields;
mod files;
mod harmless;
mod kebab;
mod lab_directory;
mod lab_file;
mod leftovers;
mod lesson;
mod loaded_course;
mod machine_kinds;
mod missing_cases;
mod needs_order;
mod position;
mod tutorial;
mod variables;

pub(crate) use error::{CourseError, CourseErrors, LabError, NoSuchChapter, NoSuchLab};
pub use lab_directory::LabDirectory;
pub(crate) use lesson::write_records;
pub use loaded_course::Course;
