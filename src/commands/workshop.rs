//! Where course, sandbox, machine and engine meet: a lab's sandbox is set up, worked on, and graded.

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use crate::course::LabFolder;
use crate::engine;
use crate::machine::{Machine, Remote};
use crate::model::{Answer, CheckReport, Fact, Overlay, Place, PlaceKind, Question, Sheet, Testimony, Unknown};
use crate::sandbox::{self, Captured, Estate, Lease, Plan, Record, Sandbox, SandboxError, Source};

/// How sandboxes are made here.
#[derive(Debug, Clone)]
pub struct Workshop {
    /// Where they live.
    pub estate: Estate,
    /// What they boot on; `/` for the host's own.
    pub os_tree: PathBuf,
    /// Uid of the person whose they are.
    pub owner: u32,
    /// Gid of that person.
    pub owner_gid: u32,
    /// The unitlab that supervises them.
    pub program: PathBuf,
    /// What the supervisor passes on when it runs unitlab for the learner inside.
    pub global_args: Vec<String>,
}

/// A running sandbox with its lab's scene in it.
#[derive(Debug)]
pub struct Bench {
    estate: Estate,
    sandbox: Sandbox,
    record: Record,
    /// None where it lives on without us.
    lease: Option<Lease>,
}

/// What a look at a learner's work has shown.
#[derive(Debug)]
pub struct Graded {
    /// One for each check, in the lab's order.
    pub checks: Vec<CheckReport>,
    /// Where it was looked at.
    pub place: Place,
    /// Everything that was asked and answered.
    pub testimony: Testimony,
    /// Why there was no twin, where one was wanted.
    pub twinless: Option<SandboxError>,
    /// How long the twin took to be copied and booted.
    pub twin_took: Option<Duration>,
}

impl Workshop {
    /// Boots a lab's sandbox and lays its scene, unless the learner's work is in it already.
    pub fn open(&self, lab: &LabFolder, name: &str, source: Source) -> Result<Bench, SandboxError> {
        let plan = Plan {
            lab: lab.lab.id.clone(),
            owner: self.owner,
            owner_gid: self.owner_gid,
            source,
            os_tree: self.os_tree.clone(),
            program: self.program.clone(),
            global_args: self.global_args.clone(),
        };
        let sandbox = self.estate.sandbox(name);
        let (record, lease) = sandbox::launch(&self.estate, name, &plan)?;
        let bench = Bench { estate: self.estate.clone(), sandbox, record, lease: Some(lease) };
        if !bench.sandbox.is_set() {
            bench.apply_whole(&lab.scene, "the lab's scene")?;
            bench.sandbox.note_set()?;
        }
        Ok(bench)
    }
}

impl Bench {
    /// A sandbox that is running already.
    pub fn find(estate: &Estate, name: &str) -> Result<Self, SandboxError> {
        let sandbox = estate.sandbox(name);
        let record = sandbox.await_up()?;
        Ok(Self { estate: estate.clone(), sandbox, record, lease: None })
    }

    /// The sandbox itself.
    #[must_use]
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// What is written down about it.
    #[must_use]
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// The way in.
    pub fn entrance(&self) -> Result<sandbox::Entrance, SandboxError> {
        self.record.entrance().ok_or_else(|| SandboxError::NotRunning { name: self.sandbox.name().to_owned() })
    }

    /// Lays files and runs their script.
    pub fn apply(&self, overlay: &Overlay) -> Result<Captured, SandboxError> {
        self.entrance()?.apply(overlay)
    }

    /// Lays files and runs their script, which must succeed.
    pub fn apply_whole(&self, overlay: &Overlay, what: &str) -> Result<(), SandboxError> {
        let done = self.apply(overlay)?;
        if done.status.success() {
            return Ok(());
        }
        let why = format!("{what} ended with {}: {}", done.status, done.output.trim());
        Err(SandboxError::Boot { name: self.sandbox.name().to_owned(), why })
    }

    /// Asks the learner's machine, and meanwhile boots its twin and asks that too.
    #[must_use]
    pub fn grade(&self, lab: &LabFolder, with_twin: bool) -> Graded {
        let (live, twin) = thread::scope(|scope| {
            let twin = with_twin.then(|| scope.spawn(|| self.ask_twin(&engine::twin_questions(&lab.lab))));
            let mut questions = engine::questions(&lab.lab);
            if !questions.contains(&Question::System) {
                questions.push(Question::System);
            }
            let live = Sheet::new(&questions, ask(&self.record, &questions));
            (live, twin.and_then(|thread| thread.join().ok()))
        });
        let (twin, twin_took, twinless) = match twin {
            Some(Ok((sheet, took))) => (Some(sheet), Some(took), None),
            Some(Err(error)) => (None, None, Some(error)),
            None => (None, None, None),
        };
        let place = Place { kind: PlaceKind::Sandbox, systemd: systemd_version(&live) };
        let testimony = Testimony { live, twin };
        Graded { checks: engine::judge(&lab.lab, &testimony), place, testimony, twinless, twin_took }
    }

    fn ask_twin(&self, questions: &[Question]) -> Result<(Sheet, Duration), SandboxError> {
        let begun = Instant::now();
        let (twin, record, _lease) = sandbox::launch_twin(&self.estate, &self.sandbox)?;
        let took = begun.elapsed();
        let sheet = Sheet::new(questions, ask(&record, questions));
        twin.stop()?;
        Ok((sheet, took))
    }

    /// Lets it live on when this process ends.
    pub fn keep(&mut self) -> Result<(), SandboxError> {
        self.lease.take().map_or(Ok(()), Lease::keep)
    }

    /// Switches it off; what lived on a tmpfs is gone with it.
    pub fn close(self) -> Result<(), SandboxError> {
        self.sandbox.stop()
    }
}

fn ask(record: &Record, questions: &[Question]) -> Vec<Answer> {
    if let Some(entrance) = record.entrance() {
        return Remote::new(entrance.examiner()).ask(questions);
    }
    let unknown = Unknown { reason: "the sandbox is not up".into(), remedy: String::new() };
    questions.iter().map(|_| Err(unknown.clone())).collect()
}

/// `252` of `252.39-1~deb12u2`; empty when the manager could not be asked.
pub(super) fn systemd_version(sheet: &Sheet) -> String {
    match sheet.answer(&Question::System) {
        Ok(Fact::System(system)) => system.version.chars().take_while(char::is_ascii_digit).collect(),
        _ => String::new(),
    }
}
