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

pub(crate) use action::{Action, ProgressUpdate};
pub(crate) use event::Event;
pub(crate) use expected_output::output_matches;
pub(crate) use key::Key;
pub(crate) use key_help::KEY_HELP;
pub(crate) use layout::Layout;
pub(crate) use line_editor::LineEditor;
pub(crate) use quiz_answer::{QuizAnswer, is_correct};
pub(crate) use sandbox_status::SandboxStatus;
pub(crate) use search::{glossary_terms, search};
pub(crate) use state::{AnswerHistory, CommandRun, InputPurpose, Mode, SavedProgress, State, table_of_contents};
pub(crate) use update::{begin, update};
