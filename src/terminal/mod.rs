//! What talks to a person: colours, widths, spinners, questions, and pages of markdown. It decides nothing.

mod abilities;
mod bar;
mod layout;
mod markdown;
mod prompt;
mod screen;
mod sign;
mod signpost;
mod spinner;
mod wrap;

pub use abilities::ColorChoice;
pub use bar::Bar;
pub use markdown::markdown;
pub use prompt::Refused;
pub use screen::{Stream, Terminal};
pub use sign::Sign;
pub use signpost::signpost;
pub use spinner::{Spinner, erase_spinner};
pub use wrap::wrap;
