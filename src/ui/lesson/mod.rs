//! The tutorial on a terminal: pages, live blocks, lists, and the screen that they are drawn on.

mod block;
mod brush;
mod compose;
mod entry;
mod frame;
mod home;
mod lists;
mod plain;
mod stage;
#[cfg(test)]
mod tests;

pub use brush::Brush;
pub use compose::page_rows;
pub use frame::{Frame, LabSign, frame};
pub use home::{HomeRow, Mark, course_picture, home_frame};
pub use plain::plain;
pub use stage::{Sign as Signal, Stage};
