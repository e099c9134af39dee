//! Tests of all formats.

mod any_report;
mod read_back;
mod schema;
