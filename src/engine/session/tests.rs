//! Sessions played key by key, without a terminal.

mod commands;
mod invariants;
mod player;
mod questions;
mod reading;
