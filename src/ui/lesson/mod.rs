//! The screens of the tutorial, drawn as rows of text.

mod block;
mod frame;
mod home;
mod input_line;
mod lab_summary;
mod overlay;
mod page;
mod plain_text;
#[cfg(test)]
mod tests;

pub(crate) use frame::lesson_frame;
pub(crate) use home::{Completion, CourseRow, course_overview, home_frame};
pub(crate) use lab_summary::LabSummary;
pub(crate) use page::page_height;
pub(crate) use plain_text::chapter_as_text;
