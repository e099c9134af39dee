//! Trials: changes to the machine that prove a behaviour.

pub(crate) mod kill;
pub(crate) mod start_limit;
