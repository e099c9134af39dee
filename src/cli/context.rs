//! What every verb stands on: who asks, at which terminal, about which course, with which sandboxes.

use std::borrow::Cow;
use std::ffi::OsString;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use super::globals::Globals;
use crate::app::Failure;
use crate::app::LabRunner;
use crate::course::{Course, LabFolder};
use crate::engine;
use crate::learner::{LearnerError, Owner, Progress, Reading, StateDir, Store};
use crate::os::account::account_of_uid;
use crate::sandbox::{self, Estate};
use crate::ui::{Stream, Terminal, clear_line, next_steps};

/// One invocation's surroundings.
pub(super) struct Context {
    pub terminal: Terminal,
    verbose: bool,
    course_dir: Option<PathBuf>,
    estate: Estate,
    state: StateDir,
    store: Store,
}

impl From<LearnerError> for Failure {
    fn from(error: LearnerError) -> Self {
        Self::could_not(error.to_string(), "", "")
    }
}

impl Context {
    pub(super) fn new(globals: &Globals) -> Result<Self, Failure> {
        let state = StateDir::resolve(globals.state_dir.clone())?;
        if io::stderr().is_terminal() {
            // Ctrl-C during a wait shall not leave half a line on the screen.
            sandbox::on_termination(clear_line)?;
        }
        Ok(Self {
            terminal: Terminal::new(globals.color.into(), globals.yes),
            verbose: globals.verbose > 0,
            course_dir: globals.course.clone(),
            estate: Estate::at(globals.estate.as_deref().unwrap_or(Path::new(Estate::DEFAULT))),
            store: Store::at(state.clone()),
            state,
        })
    }

    /// Says what is being done, to those who asked for it with `-v`.
    pub(super) fn note(&self, what: &str) {
        if self.verbose {
            let _ = writeln!(io::stderr(), "unitlab: {what}");
        }
    }

    /// Somebody asked for more words.
    pub(super) fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// For clap, which speaks before there is a context.
    pub(super) fn terminal_width() -> usize {
        Terminal::new(crate::ui::ColorChoice::Auto, false).width()
    }

    pub(super) fn course(&self) -> Result<Course, Failure> {
        self.course_in(None)
    }

    /// A course that has the named lab, or the one in hand, and perhaps nothing else.
    pub(super) fn course_of(&self, lab: Option<&str>) -> Result<Course, Failure> {
        let in_hand = self.progress()?.lab_in_hand;
        let id = lab.or(in_hand.as_deref()).filter(|_| self.course_dir.is_none());
        id.and_then(Course::embedded_lab).map_or_else(|| self.course(), Ok)
    }

    /// The course in this folder, else the one that was named by `--course`, else the one that is built in.
    pub(super) fn course_in(&self, folder: Option<&Path>) -> Result<Course, Failure> {
        Ok(match folder.or(self.course_dir.as_deref()) {
            Some(dir) => Course::open(dir)?,
            None => Course::embedded()?,
        })
    }

    pub(super) fn estate(&self) -> &Estate {
        &self.estate
    }

    pub(super) fn state_dir(&self) -> &Path {
        &self.state.path
    }

    /// The learner's account name, or the uid where no name is found.
    pub(super) fn learner(&self) -> String {
        let uid = self.state.owner.uid;
        account_of_uid(uid).ok().flatten().map_or_else(|| uid.to_string(), |account| account.name)
    }

    /// How sandboxes are made for this person.
    pub(super) fn workshop(&self, os_tree: Option<&Path>) -> Result<LabRunner, Failure> {
        let mut global_args = vec!["--state-dir".to_owned(), utf8(self.state_dir())?];
        global_args.extend(["--estate".to_owned(), utf8(self.estate.root())?]);
        if let Some(dir) = &self.course_dir {
            let dir = dir.canonicalize().unwrap_or_else(|_| dir.clone());
            global_args.extend(["--course".to_owned(), utf8(&dir)?]);
        }
        Ok(LabRunner {
            estate: self.estate.clone(),
            os_tree: os_tree.map_or_else(|| Ok(PathBuf::from("/")), checked_tree)?,
            owner: self.state.owner.uid,
            owner_gid: self.state.owner.gid,
            program: std::env::current_exe().map_err(Failure::system("cannot find this program's own file"))?,
            global_args,
        })
    }

    /// A lab's sandbox is one for each person.
    pub(super) fn sandbox_name(&self, lab: &str) -> String {
        format!("{}-{lab}", self.state.owner.uid)
    }

    pub(super) fn progress(&self) -> Result<Progress, Failure> {
        Ok(Self::heard(self.store.read()?))
    }

    pub(super) fn remember(&self, change: impl FnOnce(&mut Progress) + Send) -> Result<Progress, Failure> {
        Ok(Self::heard(self.store.update(change)?))
    }

    /// Says so when a damaged file had to be set aside.
    fn heard(reading: Reading) -> Progress {
        if let Some(aside) = &reading.set_aside {
            let (path, why) = (aside.path.display(), &aside.why);
            let _ = writeln!(
                io::stderr(),
                "unitlab: the progress file was damaged ({why}); it is kept as {path}, and what is readable of it counts"
            );
        }
        reading.progress
    }

    /// The named lab, else the lab in hand, else the only one there is; as it is for this learner.
    pub(super) fn lab<'a>(&self, course: &'a Course, named: Option<&str>) -> Result<Cow<'a, LabFolder>, Failure> {
        let progress = self.progress()?;
        let id = match (named, progress.lab_in_hand.as_deref(), course.labs()) {
            (Some(id), ..) | (None, Some(id), _) => id,
            (None, None, [only]) => &only.lab.id,
            _ => {
                return Err(Failure::usage(
                    "no lab is in hand",
                    "start one: `unitlab lab start LAB`; `unitlab list` shows them",
                ));
            }
        };
        let seed = progress.labs.get(id).and_then(|lab| lab.seed).unwrap_or_else(|| self.seed(id));
        Ok(course.variant(id, seed)?)
    }

    /// What a lab is drawn with for this learner on this machine, unless they had another seed before.
    pub(super) fn seed(&self, lab: &str) -> u32 {
        let machine = fs::read_to_string("/etc/machine-id").unwrap_or_default();
        engine::seed_of(&[&self.learner(), machine.trim(), lab])
    }

    /// Whose files are written.
    pub(super) fn owner(&self) -> Owner {
        self.state.owner
    }

    /// Ends what was said with what can be done next.
    pub(super) fn point_on(&self, ways: &[(&str, &str)]) -> Result<(), Failure> {
        let next_steps = next_steps(ways, self.terminal.color(Stream::Stdout));
        Ok(io::stdout().write_all(next_steps.as_bytes())?)
    }

    /// The words by which another unitlab finds the same learner, sandboxes and course.
    pub(super) fn global_words(&self) -> Vec<OsString> {
        let mut words = vec!["--state-dir".into(), self.state.path.clone().into_os_string()];
        words.extend(["--estate".into(), self.estate.root().as_os_str().to_owned()]);
        if let Some(dir) = &self.course_dir {
            let dir = dir.canonicalize().unwrap_or_else(|_| dir.clone());
            words.extend(["--course".into(), dir.into_os_string()]);
        }
        words
    }
}

fn utf8(path: &Path) -> Result<String, Failure> {
    let fail = || Failure::usage(format!("the path {} is not UTF-8", path.display()), "name another folder");
    path.to_str().map(str::to_owned).ok_or_else(fail)
}

/// The time, as it is remembered: RFC 3339 in UTC.
pub(super) fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// An OS tree must have what a sandbox is made from.
fn checked_tree(tree: &Path) -> Result<PathBuf, Failure> {
    let next = "name the root of an installed system with merged /usr, as debootstrap makes one";
    let tree = tree
        .canonicalize()
        .map_err(|error| Failure::usage(format!("the OS tree {}: {error}", tree.display()), next))?;
    for needed in ["usr/lib/os-release", "usr/lib/systemd/systemd", "etc/passwd"] {
        if !tree.join(needed).exists() {
            let what = format!("{} is no OS tree with systemd: it has no {needed}", tree.display());
            return Err(Failure::usage(what, next));
        }
    }
    // It is bound into the sandbox as it is.
    if !tree.join("usr").canonicalize().is_ok_and(|usr| usr.starts_with(&tree)) {
        return Err(Failure::usage(format!("the /usr of {} leads out of it", tree.display()), next));
    }
    if fs::symlink_metadata(tree.join("bin")).is_ok_and(|meta| meta.is_dir()) {
        return Err(Failure::usage(format!("{} has no merged /usr: its /bin is a folder", tree.display()), next));
    }
    Ok(tree)
}
