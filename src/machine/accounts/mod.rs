//! User accounts and groups.

pub(crate) mod account;
pub(crate) mod passwd;
