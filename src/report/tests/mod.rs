//! What holds for every format, and for every report.

mod read_back;
mod schema;
mod whatever;
