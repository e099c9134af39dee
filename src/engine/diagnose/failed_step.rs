//! A step that systemd takes before the program runs, and that failed.

use super::shell_word::shell_safe;
use crate::engine::access::{EXECUTE, closed_directory, may, ownership};
use crate::model::{Cause, Diagnosis, ExecCommand, FailureFact, FileType, Node, RequiredPath, UnitFact};

pub(super) struct FailedStep<'a> {
    pub(super) unit: &'a UnitFact,
    pub(super) failure: Option<&'a FailureFact>,
    /// The command that systemd tried to execute.
    pub(super) command: Option<&'a ExecCommand<'a>>,
    /// `Step EXEC failed (203/EXEC, ExecStart=/opt/x at /etc/systemd/system/x.service:7)`
    pub(super) lead: String,
    /// The command that starts the unit again.
    pub(super) try_again: String,
}

impl FailedStep<'_> {
    /// `reason` completes a sentence after the lead, without a full stop.
    pub(super) fn diagnosis(&self, cause: Cause, reason: &str, next: String) -> Diagnosis {
        cause.because(format!("{}: {reason}.", self.lead)).next_step(next)
    }

    /// The unit's user may not enter a directory of the path, or may not execute the file (or enter the directory) at its end.
    pub(super) fn denied(&self, path: &RequiredPath, node: &Node) -> Option<Diagnosis> {
        let identity = self.failure?.identity.as_ref()?;
        let closed =
            closed_directory(identity, &path.found.directories).or((!may(identity, node, EXECUTE)).then_some(node))?;
        let access = if closed.file_type == FileType::Directory { "enter" } else { "execute" };
        let user = match self.unit.get("User") {
            "" => "root",
            user => user,
        };
        let reason = format!("the user {user} may not {access} {} ({})", closed.path, ownership(closed));
        let path = shell_safe(&path.path).unwrap_or("PATH");
        Some(self.diagnosis(Cause::PermissionDenied, &reason, format!("namei -l {path}")))
    }
}

/// Why a path does not exist: a dangling link, a file in place of a directory, or a missing parent.
pub(super) fn describe_missing(required: &RequiredPath) -> String {
    let path = &required.path;
    if !required.found.link.is_empty() {
        return format!("{path} is a link to {}, which does not exist", required.found.link);
    }
    match required.found.directories.first() {
        Some(nearest) if nearest.file_type != FileType::Directory => {
            format!("there is no {path}: {} is {}", nearest.path, nearest.file_type.described())
        }
        Some(nearest)
            if !path.rsplit_once('/').is_some_and(|(parent, _)| parent == nearest.path || parent.is_empty()) =>
        {
            format!("there is no {path}; of its parent directories only {} exists", nearest.path)
        }
        _ => format!("there is no {path}"),
    }
}
