//! The journal: messages of a unit's processes, and of the manager about a unit.

mod entry;
mod journalctl;
mod last_messages;
mod manager_messages;
mod search;

pub(crate) use journalctl::{Journal, LONGEST_SYNC};
pub(crate) use last_messages::last_messages;
pub(crate) use manager_messages::manager_messages;
pub(crate) use search::search;
