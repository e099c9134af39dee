//! `unitlab learn`: the lessons, page by page.

mod command;
mod lesson_client;
mod screen;

pub(super) use command::{Args, run};
pub(super) use screen::{Start, TutorialScreen};
