//! What holds for every format, and for every report.

mod any_report;
mod read_back;
mod schema;
