//! What one learner works with: the course, the progress file and the sandboxes.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use super::error::Error;
use super::inside::Locations;
use super::lab_runner::LabRunner;
use super::notice::{Notice, Notify};
use super::os_tree::checked_os_tree;
use crate::course::{Course, LabDirectory};
use crate::engine;
use crate::learner::{LoadedProgress, Owner, Progress, StateDir, Store};
use crate::os::SelfCommand;
use crate::os::account::account_of_uid;
use crate::sandbox::{Estate, Sandbox};

/// One learner's course, progress and sandboxes.
pub(crate) struct Workspace {
    course_dir: Option<PathBuf>,
    estate: Estate,
    state: StateDir,
    store: Store,
    notify: Notify,
}

impl Workspace {
    /// `course_dir` is the directory of the course; `None` for the built-in one.
    pub(crate) fn new(course_dir: Option<PathBuf>, estate: Estate, state: StateDir, notify: Notify) -> Self {
        Self { course_dir, estate, store: Store::at(state.clone()), state, notify }
    }

    /// Shows the user a problem that does not stop the work.
    pub(crate) fn warn(&self, what: &str) {
        (self.notify)(Notice::Warning(what));
    }

    /// Shows the user a detail, if `--verbose` is set.
    pub(crate) fn detail(&self, what: &str) {
        (self.notify)(Notice::Detail(what));
    }

    pub(crate) fn course(&self) -> Result<Course, Error> {
        self.course_in(None)
    }

    /// Reads the course in `dir`, else the one that `--course` names, else the built-in one.
    pub(crate) fn course_in(&self, dir: Option<&Path>) -> Result<Course, Error> {
        Ok(match dir.or(self.course_dir.as_deref()) {
            Some(dir) => Course::open(dir)?,
            None => Course::embedded()?,
        })
    }

    /// Returns a course with at least the named lab, or the current one. Of the built-in course it reads only that lab.
    pub(crate) fn course_of(&self, lab: Option<&str>) -> Result<Course, Error> {
        let current = self.progress()?.current_lab;
        let id = lab.or(current.as_deref()).filter(|_| self.course_dir.is_none());
        id.and_then(Course::embedded_lab).map_or_else(|| self.course(), Ok)
    }

    pub(crate) fn estate(&self) -> &Estate {
        &self.estate
    }

    /// The account that owns the progress file.
    pub(crate) fn owner(&self) -> Owner {
        self.state.owner
    }

    /// The directory of the learner's files.
    pub(super) fn state_dir(&self) -> StateDir {
        self.state.clone()
    }

    /// The learner's account name, or the uid if no name is found.
    pub(crate) fn learner(&self) -> String {
        let uid = self.state.owner.uid;
        account_of_uid(uid).ok().flatten().map_or_else(|| uid.to_string(), |account| account.name)
    }

    /// Returns what boots sandboxes for this learner. `os_tree` is the OS tree to boot on, if not the host's.
    pub(crate) fn lab_runner(&self, os_tree: Option<&Path>) -> Result<LabRunner, Error> {
        let locations = self.locations();
        // They are passed on as JSON.
        for path in [Some(&locations.state_dir), Some(&locations.estate), locations.course_dir.as_ref()] {
            if let Some(path) = path.filter(|path| path.to_str().is_none()) {
                let what = format!("the path {} is not UTF-8", path.display());
                return Err(Error::usage(what, "name another directory"));
            }
        }
        Ok(LabRunner {
            estate: self.estate.clone(),
            os_tree: os_tree.map_or_else(|| Ok(PathBuf::from("/")), checked_os_tree)?,
            owner: self.state.owner.uid,
            owner_gid: self.state.owner.gid,
            program: std::env::current_exe().map_err(Error::system("cannot find this program's own file"))?,
            locations,
        })
    }

    /// Where another process of unitlab finds the same learner, sandboxes and course.
    pub(crate) fn locations(&self) -> Locations {
        Locations {
            state_dir: self.state.path.clone(),
            estate: self.estate.root().to_owned(),
            course_dir: self.course_dir.as_ref().map(|dir| dir.canonicalize().unwrap_or_else(|_| dir.clone())),
        }
    }

    /// The start of a command line of ours for the same learner, sandboxes and course.
    pub(crate) fn self_command(&self) -> Result<SelfCommand, Error> {
        let Locations { state_dir, estate, course_dir } = self.locations();
        let self_command = SelfCommand::current().map_err(Error::system("cannot find this program's own file"))?;
        let self_command = self_command.option("--state-dir", state_dir).option("--estate", estate);
        Ok(match course_dir {
            Some(dir) => self_command.option("--course", dir),
            None => self_command,
        })
    }

    /// The name of the learner's sandbox for a lab.
    pub(crate) fn sandbox_name(&self, lab: &str) -> String {
        format!("{}-{lab}", self.state.owner.uid)
    }

    /// The learner's sandbox for a lab, which need not exist.
    pub(crate) fn sandbox(&self, lab: &str) -> Sandbox {
        self.estate.sandbox(&self.sandbox_name(lab))
    }

    pub(crate) fn progress(&self) -> Result<Progress, Error> {
        Ok(self.progress_of(self.store.read()?))
    }

    /// Changes the progress file; returns the new content.
    pub(crate) fn update_progress(&self, change: impl FnOnce(&mut Progress) + Send) -> Result<Progress, Error> {
        Ok(self.progress_of(self.store.update(change)?))
    }

    fn progress_of(&self, reading: LoadedProgress) -> Progress {
        if let Some(aside) = &reading.damaged_copy {
            let (path, why) = (aside.path.display(), &aside.why);
            self.warn(&format!(
                "the progress file was damaged ({why}); it is kept as {path}, and what is readable of it counts"
            ));
        }
        reading.progress
    }

    /// Returns the named lab, else the current lab, else the only lab; with the values drawn for this learner.
    pub(crate) fn lab<'a>(&self, course: &'a Course, named: Option<&str>) -> Result<Cow<'a, LabDirectory>, Error> {
        let progress = self.progress()?;
        let id = match (named, progress.current_lab.as_deref(), course.labs()) {
            (Some(id), ..) | (None, Some(id), _) => id,
            (None, None, [only]) => &only.lab.id,
            _ => {
                let next = "start one: `unitlab lab start LAB`; `unitlab list` shows them";
                return Err(Error::usage("there is no current lab", next));
            }
        };
        let seed = progress.labs.get(id).and_then(|lab| lab.seed).unwrap_or_else(|| self.default_seed(id));
        Ok(course.variant(id, seed)?)
    }

    /// The seed for a lab's values, unless the learner has chosen another: the same for a learner on one machine.
    pub(crate) fn default_seed(&self, lab: &str) -> u32 {
        let machine = fs::read_to_string("/etc/machine-id").unwrap_or_default();
        engine::seed_of(&[&self.learner(), machine.trim(), lab])
    }
}

/// The current time as it is stored: RFC 3339 in UTC.
pub(crate) fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
