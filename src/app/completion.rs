//! Names that a shell completes: labs, chapters, checks and answers.

use super::running_labs::running_labs;
use super::workspace::Workspace;
use crate::course::Course;
use crate::model::Kind;

/// What an argument names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NameKind {
    Lab,
    /// A lab whose sandbox is running. Only root can see that; for other users, a lab that was started.
    RunningLab,
    Chapter,
    /// A check of the named lab, else of the current one.
    Check,
    /// A check that asks for an answer.
    Answer,
}

/// The names of one kind, each with a description. Errors give no names, because a shell cannot show them.
pub(crate) fn names_of(workspace: &Workspace, kind: NameKind, lab: Option<&str>) -> Vec<(String, String)> {
    let Ok(course) = workspace.course() else { return Vec::new() };
    match kind {
        NameKind::Lab => labs(&course, |_| true),
        NameKind::RunningLab => {
            let running: Vec<String> = running_labs(workspace).into_iter().map(|running| running.lab).collect();
            let progress = workspace.progress().unwrap_or_default();
            let started = |id: &str| progress.labs.get(id).is_some_and(|lab| lab.started.is_some());
            labs(&course, |id| running.iter().any(|other| other == id) || running.is_empty() && started(id))
        }
        NameKind::Chapter => {
            let chapters = course.tutorial().chapters.iter();
            chapters.map(|chapter| (chapter.id.clone(), chapter.title.clone())).collect()
        }
        NameKind::Check | NameKind::Answer => {
            let Ok(lab) = workspace.lab(&course, lab) else { return Vec::new() };
            let checks = lab.lab.checks.iter();
            let fits = checks.filter(|check| kind == NameKind::Check || matches!(check.kind, Kind::Answer(_)));
            fits.map(|check| (check.id.clone(), check.title.clone())).collect()
        }
    }
}

fn labs(course: &Course, fits: impl Fn(&str) -> bool) -> Vec<(String, String)> {
    let labs = course.labs().iter().map(|directory| &directory.lab).filter(|lab| fits(&lab.id));
    labs.map(|lab| (lab.id.clone(), lab.title.clone())).collect()
}
