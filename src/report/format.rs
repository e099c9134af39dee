//! The formats of a report, and the writer of each.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::{Failure, error_json, error_junit, error_tap, human, json, junit, tap};
use crate::model::{Report, Style};

/// A format that a report can be written in.
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
    pub(crate) fn report(self, report: &Report, style: Style, out: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Human => human(report, style, out),
            Self::Json => json(report, out),
            Self::Junit => junit(report, out),
            Self::Tap => tap(report, out),
        }
    }

    /// Writes a failure of unitlab itself as a document; nothing for `Human`, who reads it on stderr.
    pub(crate) fn failure(self, failure: &Failure<'_>, out: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Human => Ok(()),
            Self::Json => error_json(failure, out),
            Self::Junit => error_junit(failure, out),
            Self::Tap => error_tap(failure, out),
        }
    }
}
