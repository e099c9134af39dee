//! Where a report goes: to standard output, or into the file that `--output` names.

use std::io;
use std::path::Path;

use super::context::Context;
use crate::app::Error;
use crate::learner::{LearnerError, ReportFile};

/// Names of standard output. They are not opened again, which may fail under sudo or in a pipe.
const STDOUT: [&str; 4] = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/// The destination of a report.
pub(super) struct Output<'a> {
    context: &'a Context,
    /// `None` for standard output.
    file: Option<ReportFile>,
}

/// True if `--output` names a file and not standard output.
pub(super) fn is_file(path: Option<&Path>) -> bool {
    path.is_some_and(|path| !STDOUT.iter().any(|name| path.as_os_str() == *name))
}

impl<'a> Output<'a> {
    /// Checks that the file can be written, before anything is graded.
    pub(super) fn at(context: &'a Context, path: Option<&Path>) -> Result<Self, Error> {
        let Some(path) = path.filter(|_| is_file(path)) else { return Ok(Self { context, file: None }) };
        let usage = |error: LearnerError| Error::usage(error.to_string(), "name another file with --output");
        let file = ReportFile::at(path, context.workspace.owner()).map_err(usage)?;
        Ok(Self { context, file: Some(file) })
    }

    pub(super) fn is_file(&self) -> bool {
        self.file.is_some()
    }

    /// Writes the report. If that fails, an earlier file is unchanged.
    pub(super) fn write(&self, write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> Result<(), Error> {
        let mut bytes = Vec::new();
        write(&mut bytes)?;
        match &self.file {
            Some(file) => {
                file.write(&bytes).map_err(|error| Error::failed("the report is not written", error.to_string(), ""))
            }
            None => Ok(self.context.streams().print(&bytes)?),
        }
    }
}
