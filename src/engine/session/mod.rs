//! A session with the tutorial: a state machine from keys and sandbox events to actions, without any I/O.

mod action;
mod event;
mod expected_output;
mod key;
mod key_help;
mod layout;
mod line_editor;
mod overlay_keys;
mod page_keys;
mod quiz_answer;
mod sandbox_status;
mod search;
mod state;
mod step;
#[cfg(test)]
mod tests;
mod update;

pub use action::{Action, ProgressUpdate};
pub use event::Event;
pub use expected_output::output_matches;
pub use key::Key;
pub use key_help::KEY_HELP;
pub use layout::Layout;
pub use line_editor::LineEditor;
pub use quiz_answer::{QuizAnswer, is_correct};
pub use sandbox_status::SandboxStatus;
pub use search::{SearchHit, glossary_terms, search};
pub use state::{AnswerHistory, CommandRun, History, InputPurpose, Mode, State, table_of_contents};
pub use update::{begin, update};
