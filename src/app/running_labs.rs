//! The sandboxes of a learner's labs that are running.

use super::error::Error;
use super::workspace::Workspace;
use crate::sandbox::Sandbox;

/// A lab whose sandbox is running.
pub(crate) struct RunningLab {
    /// The id of the lab, which may be of another course.
    pub(crate) lab: String,
    pub(crate) sandbox: Sandbox,
}

/// The learner's running labs, by name. Only root can see them; for other users there are none.
pub(crate) fn running_labs(workspace: &Workspace) -> Vec<RunningLab> {
    let sandboxes = workspace.estate().sandboxes().into_iter();
    let running = sandboxes.filter_map(|sandbox| {
        let lab = sandbox.record().ok()??.lab().to_owned();
        // Twins, demos and the sandboxes of chapters have longer names. They end with the command that started them.
        let is_labs = workspace.sandbox_name(&lab) == sandbox.name() && sandbox.is_running();
        is_labs.then_some(RunningLab { lab, sandbox })
    });
    running.collect()
}

/// Stops all of the learner's running labs, and calls `stopped` with the id of each. A failure does not keep the others
/// from being stopped; the first one is returned.
pub(crate) fn stop_all(workspace: &Workspace, mut stopped: impl FnMut(&str)) -> Result<(), Error> {
    let mut result = Ok(());
    for RunningLab { lab, sandbox } in running_labs(workspace) {
        match sandbox.stop() {
            Ok(()) => stopped(&lab),
            Err(error) => result = result.and(Err(error.into())),
        }
    }
    result
}
