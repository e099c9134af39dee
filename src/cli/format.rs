//! The formats that a report can be asked for in.

use std::io::{self, Write};

use clap::ValueEnum;

use crate::model::{Report, Style};
use crate::report;
use crate::sandbox::GateFormat;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For a person
    Human,
    /// One `unitlab.report/1` document
    Json,
    /// `JUnit` XML, for CI systems
    Junit,
    /// The Test Anything Protocol, version 14
    Tap,
}

impl From<Format> for GateFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Human => Self::Human,
            Format::Json => Self::Json,
            Format::Junit => Self::Junit,
            Format::Tap => Self::Tap,
        }
    }
}

impl Format {
    pub(super) fn report(self, report: &Report, style: Style, out: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Human => report::human(report, style, out),
            Self::Json => report::json(report, out),
            Self::Junit => report::junit(report, out),
            Self::Tap => report::tap(report, out),
        }
    }

    /// A failure of unitlab itself as a document; a person reads it on stderr instead.
    pub(super) fn failure(self, failure: &report::Failure<'_>, out: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Human => Ok(()),
            Self::Json => report::error_json(failure, out),
            Self::Junit => report::error_junit(failure, out),
            Self::Tap => report::error_tap(failure, out),
        }
    }
}
