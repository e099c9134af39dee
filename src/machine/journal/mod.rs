//! Messages in the journal, of a unit's processes and of the manager.

pub(crate) mod manager_messages;
pub(crate) mod unit_messages;
