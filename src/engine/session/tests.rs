//! Sittings played key by key, without a terminal.

mod commands;
mod play;
mod questions;
mod reading;
mod whatever;
