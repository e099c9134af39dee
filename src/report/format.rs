//! The formats of a report, and the writer of each.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::{ErrorReport, error_json, error_junit, error_tap, human, json, junit, tap};
use crate::model::{Report, Style};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Format {
    /// Text for a person.
    Human,
    /// One `unitlab.report/1` document.
    Json,
    /// `JUnit` XML.
    Junit,
    /// The Test Anything Protocol, version 14.
    Tap,
}

impl Format {
    pub(crate) fn write(self, report: &Report, style: Style, out: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Human => human(report, style, out),
            Self::Json => json(report, out),
            Self::Junit => junit(report, out),
            Self::Tap => tap(report, out),
        }
    }

    /// Writes an error of unitlab itself as a document. `Human` writes nothing, because the error is on stderr.
    pub(crate) fn write_error(self, error: &ErrorReport<'_>, out: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Human => Ok(()),
            Self::Json => error_json(error, out),
            Self::Junit => error_junit(error, out),
            Self::Tap => error_tap(error, out),
        }
    }
}
