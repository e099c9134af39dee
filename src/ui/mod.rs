//! What talks to a person: colours, widths, spinners, questions, and pages of markdown. It decides nothing.

mod abilities;
mod bar;
mod code;
mod layout;
mod lesson;
mod markdown;
mod prompt;
mod screen;
mod sign;
mod signpost;
mod spinner;
mod table;
mod wrap;

pub use abilities::ColorChoice;
pub use bar::Bar;
pub use lesson::{
    Brush, Frame, HomeRow, LabSign, Mark, Signal, Stage, course_picture, frame, home_frame, page_rows, plain,
};
pub use markdown::{literal, markdown};
pub use prompt::{Refused, wait_for_enter};
pub use screen::{Stream, Terminal};
pub use sign::Sign;
pub use signpost::signpost;
pub use spinner::{Spinner, clean_line};
pub use wrap::wrap;
