//! Where a report goes: to standard output, or into the file that `--output` names.

use std::io::{self, Write};
use std::path::Path;

use super::context::Context;
use crate::app::Failure;
use crate::learner::{LearnerError, ReportFile};

/// Names of standard output, which is open already: under sudo or in a pipe these paths may not be openable again.
const STDOUT: [&str; 4] = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/// The place that a report is delivered to.
#[derive(Debug)]
pub(super) struct Output {
    file: Option<ReportFile>,
}

/// The words name a file and not standard output.
pub(super) fn is_file(named: Option<&Path>) -> bool {
    named.is_some_and(|path| !STDOUT.iter().any(|name| path.as_os_str() == *name))
}

impl Output {
    /// Looks at the named place first, so that nobody waits for a report that then has nowhere to go.
    pub(super) fn named(context: &Context, named: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = named.filter(|_| is_file(named)) else { return Ok(Self { file: None }) };
        let usage = |error: LearnerError| Failure::usage(error.to_string(), "name another file with --output");
        Ok(Self { file: Some(ReportFile::named(path, context.owner()).map_err(usage)?) })
    }

    pub(super) fn is_file(&self) -> bool {
        self.file.is_some()
    }

    /// Delivers all of it, or nothing into a file.
    pub(super) fn deliver(&self, write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> Result<(), Failure> {
        let mut bytes = Vec::new();
        write(&mut bytes)?;
        match &self.file {
            Some(file) => file
                .write(&bytes)
                .map_err(|error| Failure::could_not("the report is not written", error.to_string(), "")),
            None => Ok(io::stdout().lock().write_all(&bytes)?),
        }
    }
}
