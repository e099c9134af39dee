//! The program reported a denied path, and the file modes confirm that the service's user has no access.

use super::shell_word::shell_safe;
use crate::engine::access::{READ, WRITE, closed_directory, may, ownership};
use crate::engine::unit_view::UnitView;
use crate::model::{Cause, Diagnosis, FailureFact, FileType, Identity, Purpose, RequiredPath, UnitFact};

pub(super) fn permission_denied(view: &UnitView, unit: &UnitFact, failure: &FailureFact) -> Option<Diagnosis> {
    let identity = failure.identity.as_ref()?;
    let mut denied = failure.paths.iter().filter(|path| path.purpose == Purpose::Denied);
    let (path, forbidden) = denied.find_map(|path| Some((path, forbidden(identity, path)?)))?;
    let user = unit.get("User");
    let shown = shell_safe(&path.path).unwrap_or("PATH");
    // The message does not say what access it wanted, and it may be older than the modes.
    let if_corrected = if forbidden.starts_with("write ") {
        format!("if the program only reads it, it works now: sudo systemctl restart {}; else ", view.unit)
    } else {
        String::new()
    };
    Some(
        Cause::PermissionDenied
            .because(format!(
                "The user {user} of {} may not {forbidden}: the program reported \"permission denied\".",
                view.unit
            ))
            .next_step(format!(
                "{if_corrected}namei -l {shown}, which shows the owner and mode of each directory; give the user only the access it needs"
            )),
    )
}

/// What the modes forbid the user to do with the path, if anything.
fn forbidden(identity: &Identity, path: &RequiredPath) -> Option<String> {
    if let Some(directory) = closed_directory(identity, &path.found.directories) {
        return Some(format!("enter {} ({}), and {} is below it", directory.path, ownership(directory), path.path));
    }
    let Some(node) = &path.found.node else {
        let nearest = path.found.directories.first().filter(|nearest| nearest.file_type == FileType::Directory)?;
        let is_parent = path.path.rsplit_once('/').is_some_and(|(parent, _)| parent == nearest.path);
        let denied = is_parent && !may(identity, nearest, WRITE);
        return denied.then(|| format!("make {} in {} ({})", path.path, nearest.path, ownership(nearest)));
    };
    let access = match (may(identity, node, READ), may(identity, node, WRITE)) {
        (true, true) => return None,
        (true, false) if node.file_type == FileType::Directory => "make or remove files in",
        (true, false) => "write",
        (false, true) => "read",
        (false, false) => "read or write",
    };
    Some(format!("{access} {} ({})", node.path, ownership(node)))
}
