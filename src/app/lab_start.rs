//! Starts a lab's sandbox that outlives this process, and applies a lab's solution.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use super::error::Error;
use super::lab_session::LabSession;
use super::workspace::{Workspace, now};
use crate::course::LabDirectory;
use crate::sandbox::{RootSource, SandboxError};

/// A sandbox that was just started.
#[derive(Debug)]
pub(crate) struct StartedLab {
    pub(crate) session: LabSession,
    /// It has the learner's earlier work in it.
    pub(crate) continued: bool,
}

/// Boots the learner's sandbox for a lab, keeps it running, and makes the lab the current one. `waiting` gets texts for a
/// spinner.
pub(crate) fn start_lab(
    workspace: &Workspace,
    lab: &LabDirectory,
    os_tree: Option<&Path>,
    waiting: &dyn Fn(&str),
) -> Result<StartedLab, Error> {
    let id = &lab.lab.id;
    let runner = workspace.lab_runner(os_tree)?;
    let sandbox = workspace.sandbox(id);
    let continued = sandbox.has_work();
    if let (true, Some(wanted), Ok(Some(record))) = (continued, os_tree, sandbox.record())
        && wanted.canonicalize().ok().as_deref() != Some(record.os_tree())
    {
        let what = format!("the sandbox of {id} was made on {}", record.os_tree().display());
        return Err(Error::usage(what, format!("go back to the start first: `unitlab lab reset {id}`")));
    }
    let wait = |text: &str| {
        waiting(text);
        ControlFlow::Continue(())
    };
    let opened = runner.open_waiting(lab, sandbox.name(), RootSource::Keep, &wait);
    let mut session = opened.map_err(|error| match error {
        SandboxError::AlreadyRunning { .. } => {
            let next = "open a shell in it with `unitlab lab shell`, or stop it with `unitlab lab stop`";
            Error::usage(format!("{id} is already running"), next)
        }
        other => other.into(),
    })?;
    session.keep()?;
    workspace.detail(&format!("its root and its record are in {}", session.sandbox().dir().display()));
    let (id, seed, at) = (id.clone(), lab.seed, now());
    workspace.update_progress(move |progress| {
        let lab = progress.lab(&id);
        lab.started.get_or_insert(at);
        lab.seed = seed.or(lab.seed);
        progress.current_lab = Some(id);
    })?;
    Ok(StartedLab { session, continued })
}

/// Applies the solution and hands in its answers, which are returned by check id.
pub(crate) fn apply_solution(
    workspace: &Workspace,
    session: &LabSession,
    lab: &LabDirectory,
) -> Result<BTreeMap<String, String>, Error> {
    session.apply_or_fail(&lab.solution, "the solution")?;
    let answers = session.resolve_answers(&lab.answers)?;
    let (id, given) = (lab.lab.id.clone(), answers.clone());
    workspace.update_progress(move |progress| progress.lab(&id).answers.extend(given))?;
    Ok(answers)
}
