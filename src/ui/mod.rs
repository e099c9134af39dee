//! The terminal: colours, prompts, spinners, markdown, and the screens of the tutorial. It makes no decisions.

mod environment;
mod excerpt;
mod lesson;
mod markdown;
mod next_steps;
mod paint;
mod progress_bar;
mod prompt;
mod prompt_theme;
mod screen;
mod spinner;
mod status_mark;
mod terminal;
mod wrap;

pub use environment::ColorChoice;
pub(crate) use excerpt::excerpt;
pub(crate) use lesson::{
    Completion, CourseRow, LabSummary, chapter_as_text, course_overview, home_frame, lesson_frame, page_height,
};
pub(crate) use markdown::{escape_markdown, markdown};
pub(crate) use next_steps::next_steps;
pub use progress_bar::ProgressBar;
pub(crate) use prompt::wait_for_enter;
pub use prompt::{Choice, PromptError};
pub(crate) use screen::{Screen, UiEvent};
pub use spinner::Spinner;
pub(crate) use spinner::clear_line;
pub(crate) use status_mark::StatusMark;
pub use terminal::{Stream, Terminal};
pub(crate) use wrap::wrap;
