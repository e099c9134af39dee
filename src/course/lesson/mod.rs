//! Reads `lessons/`: chapters, their live blocks, the glossary, and recorded outputs.

mod block;
mod chapter;
mod glossary;
mod parser;
mod records;
mod segments;

pub(super) use chapter::{ParsedChapter, read};
pub(super) use glossary::read as read_glossary;
pub(super) use records::record_errors;
pub(crate) use records::write as write_records;
