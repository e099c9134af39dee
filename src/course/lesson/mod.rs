//! What lies below `lessons/`: chapters, their live blocks, the glossary, records.

mod block;
mod file;
mod glossary;
mod pieces;
mod records;

pub(super) use file::{Read, read};
pub(super) use glossary::read as read_glossary;
pub(super) use records::lacks as record_errors;
pub use records::write as write_records;
