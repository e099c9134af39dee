//! Removes recorded progress from the progress file.

use std::collections::BTreeMap;

use super::error::Error;
use super::workspace::Workspace;
use crate::learner::{LabProgress, Progress};

/// Which progress is removed.
pub(crate) enum Forgotten {
    Everything,
    /// The id of a chapter.
    Chapter(String),
    /// The id of a lab.
    Lab(String),
}

/// Removes progress, but keeps the seeds of labs whose sandbox still exists.
pub(crate) fn forget_progress(workspace: &Workspace, forgotten: Forgotten) -> Result<(), Error> {
    let seeds = seeds_in_use(workspace)?;
    workspace.update_progress(move |progress| forget(progress, forgotten, seeds))?;
    Ok(())
}

fn forget(progress: &mut Progress, forgotten: Forgotten, seeds: BTreeMap<String, u32>) {
    match forgotten {
        Forgotten::Everything => *progress = Progress::default(),
        Forgotten::Chapter(id) => {
            progress.chapters.remove(&id);
            if progress.current_chapter.as_ref() == Some(&id) {
                progress.current_chapter = None;
            }
        }
        Forgotten::Lab(id) => {
            progress.labs.remove(&id);
            if progress.current_lab.as_ref() == Some(&id) {
                progress.current_lab = None;
            }
        }
    }
    for (id, seed) in seeds {
        progress.lab(&id).seed = Some(seed);
    }
}

/// Seeds that the learner chose, for labs whose sandbox still exists: its values were drawn with that seed. Only root can
/// look; otherwise the sandbox is assumed to exist.
fn seeds_in_use(workspace: &Workspace) -> Result<BTreeMap<String, u32>, Error> {
    let exists = |id: &str| workspace.sandbox(id).dir().try_exists().unwrap_or(true);
    let chosen = |(id, lab): (String, LabProgress)| {
        lab.seed.filter(|seed| *seed != workspace.default_seed(&id)).map(|seed| (id, seed))
    };
    Ok(workspace.progress()?.labs.into_iter().filter_map(chosen).filter(|(id, _)| exists(id)).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Forgotten, forget};
    use crate::learner::Progress;

    #[test]
    fn forgetting_one_lab_keeps_the_others_and_the_seed_of_its_sandbox() {
        let mut progress = Progress::default();
        (progress.current_lab, progress.current_chapter) = (Some("a".into()), Some("c".into()));
        progress.lab("a").revealed = true;
        progress.lab("b").revealed = true;
        forget(&mut progress, Forgotten::Lab("a".into()), BTreeMap::from([("a".into(), 7)]));
        assert_eq!((progress.current_lab.as_deref(), progress.current_chapter.as_deref()), (None, Some("c")));
        assert_eq!((progress.lab("a").revealed, progress.lab("a").seed), (false, Some(7)));
        assert!(progress.lab("b").revealed);
    }
}
