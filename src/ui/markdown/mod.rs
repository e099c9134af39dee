//! Markdown on a terminal.

mod block_writer;
mod code;
mod render;
mod table;

pub(crate) use render::{escape_markdown, markdown};
