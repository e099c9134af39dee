//! Where course, sandbox, machine and engine meet: a lab's sandbox is set up, worked on, and graded.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use crate::course::LabFolder;
use crate::engine;
use crate::machine::{LONGEST_KILL, Machine, Remote, SETTLE};
use crate::model::{
    Answer, AnswerSet, Chapter, CheckReport, Fact, Ground, Handed, KillFact, KillOutcome, Lab, Observations, Overlay,
    Place, PlaceKind, Question, TimeSpan, Trial, Trials, Unknown,
};
use crate::sandbox::{self, Captured, Estate, Lease, Plan, Record, RootSource, Sandbox, SandboxError};

/// How sandboxes are made here.
#[derive(Debug, Clone)]
pub struct LabRunner {
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
pub struct LabSession {
    estate: Estate,
    sandbox: Sandbox,
    record: Record,
    /// None where it lives on without us.
    lease: Option<Lease>,
    /// What was handed in, by check.
    answers: BTreeMap<String, String>,
}

/// What a look at a learner's work has shown.
#[derive(Debug)]
pub struct Graded {
    /// One for each check, in the lab's order.
    pub checks: Vec<CheckReport>,
    /// Where it was looked at.
    pub place: Place,
    /// Everything that was asked and answered.
    pub observations: Observations,
    /// Why there was no twin, where one was wanted.
    pub twinless: Option<SandboxError>,
    /// How long the twin took to be copied and booted.
    pub twin_took: Option<Duration>,
}

/// What grading had to wait for, however quick unitlab itself is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waits {
    /// Until the twin was up.
    pub boot: Duration,
    /// While units were watched.
    pub watch: Duration,
    /// Between a kill and the restart, as the unit itself wants it.
    pub restart: Duration,
    /// Until what came back had proven that it stays.
    pub settle: Duration,
}

impl Waits {
    /// All of it.
    #[must_use]
    pub fn total(&self) -> Duration {
        self.boot + self.watch + self.restart + self.settle
    }
}

impl Graded {
    /// Machine and twin are asked side by side: the longer of the two ways is what was waited for.
    #[must_use]
    pub fn waits(&self) -> Waits {
        let ahead = engine::watched(&self.observations.live);
        let boot = self.twin_took.unwrap_or_default();
        let watch = self.observations.twin.as_ref().map(engine::watched).unwrap_or_default();
        let (restart, settle) = restarts(&self.observations.trials);
        let behind = Waits { boot, watch, restart, settle };
        if behind.total() > ahead { behind } else { Waits { watch: ahead, ..Waits::default() } }
    }
}

/// What units that came back after a kill had asked for, and how long they were looked at then.
fn restarts(trials: &Trials) -> (Duration, Duration) {
    let Trials::Done(done) = trials else { return <_>::default() };
    let came_back = done.iter().filter_map(|(_, answer)| match answer {
        Ok(Fact::Kill(KillFact { delay_us, outcome: KillOutcome::Back { .. }, .. })) => Some(*delay_us),
        _ => None,
    });
    came_back.fold(<_>::default(), |(restart, settle), delay| (restart + Duration::from_micros(delay), settle + SETTLE))
}

/// What a twin said, what was tried on it, and how long it took to be up.
struct TwinTold {
    sheet: AnswerSet,
    tried: Vec<(Trial, Answer)>,
    took: Duration,
}

impl LabRunner {
    /// Boots a lab's sandbox and lays its scene, unless the learner's work is in it already.
    pub fn open(&self, lab: &LabFolder, name: &str, source: RootSource) -> Result<LabSession, SandboxError> {
        self.open_on(&lab.lab.id, &lab.scene, name, source)
    }

    /// Boots the sandbox in which a chapter's commands run, with its scene; it is gone when the bench is.
    pub fn open_chapter(&self, chapter: &Chapter, name: &str) -> Result<LabSession, SandboxError> {
        self.open_on(&chapter.id, &chapter.scene, name, RootSource::Fresh)
    }

    fn open_on(&self, what: &str, scene: &Overlay, name: &str, source: RootSource) -> Result<LabSession, SandboxError> {
        let plan = Plan {
            lab: what.to_owned(),
            owner: self.owner,
            owner_gid: self.owner_gid,
            source,
            os_tree: self.os_tree.clone(),
            program: self.program.clone(),
            global_args: self.global_args.clone(),
        };
        let sandbox = self.estate.sandbox(name);
        let (record, lease) = sandbox::launch(&self.estate, name, &plan)?;
        let bench =
            LabSession { estate: self.estate.clone(), sandbox, record, lease: Some(lease), answers: BTreeMap::new() };
        if !bench.sandbox.is_scene_applied() {
            bench.apply_whole(scene, "the scene")?;
            bench.sandbox.mark_scene_applied()?;
        }
        Ok(bench)
    }
}

impl LabSession {
    /// A sandbox that is running already.
    pub fn find(estate: &Estate, name: &str) -> Result<Self, SandboxError> {
        let sandbox = estate.sandbox(name);
        let record = sandbox.await_up()?;
        Ok(Self { estate: estate.clone(), sandbox, record, lease: None, answers: BTreeMap::new() })
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

    /// With what was handed in its lab is graded.
    pub fn hand_in(&mut self, answers: BTreeMap<String, String>) {
        self.answers = answers;
    }

    /// What these answers are here: those that a program tells are asked for now.
    pub fn found_out(&self, answers: &BTreeMap<String, Handed>) -> Result<BTreeMap<String, String>, SandboxError> {
        let entrance = self.entrance()?;
        let mut told = BTreeMap::new();
        for (check, handed) in answers {
            let text = match handed {
                Handed::Nothing => continue,
                Handed::Text(text) => text.clone(),
                Handed::Printed(run) => {
                    let argv: Vec<&str> = run.iter().map(String::as_str).collect();
                    let printed = entrance.capture(&argv, b"")?.output;
                    printed.lines().next().unwrap_or_default().trim().to_owned()
                }
            };
            told.insert(check.clone(), text);
        }
        Ok(told)
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
        let why = format!("{}: {}", done.status, done.output.trim());
        Err(SandboxError::Script { what: what.to_owned(), why })
    }

    /// Asks the learner's machine, and meanwhile boots its twin, asks that too, and does there what hurts.
    #[must_use]
    pub fn grade(&self, lab: &LabFolder, with_twin: bool) -> Graded {
        self.grade_saying(lab, with_twin, &|_| ())
    }

    /// As [`LabSession::grade`], and says what takes long.
    #[must_use]
    pub fn grade_saying(&self, lab: &LabFolder, with_twin: bool, say: &dyn Fn(&str)) -> Graded {
        let (live, twin) = thread::scope(|scope| {
            let twin = with_twin.then(|| scope.spawn(|| self.ask_twin(&lab.lab)));
            let questions = engine::questions(&lab.lab);
            let live = AnswerSet::new(&questions, ask(&self.record, &questions, &[]).0);
            if let Some(wait) = with_twin.then(|| longest_wait(&lab.lab, &live)).flatten() {
                say(&wait);
            }
            (live, twin.and_then(|thread| thread.join().ok()))
        });
        let (twin, trials, twin_took, twinless) = match twin {
            Some(Ok(TwinTold { sheet, tried, took })) => (Some(sheet), Trials::Done(tried), Some(took), None),
            Some(Err(error)) => {
                let reason = format!("a copy of the sandbox could not be booted: {error}");
                (None, Trials::Impossible(Unknown { reason, remedy: error.next() }), None, Some(error))
            }
            None => (None, Trials::NotRun, None, None),
        };
        let place = Place { kind: PlaceKind::Sandbox, systemd: systemd_version(&live) };
        let observations = Observations { live, twin, trials, answers: self.answers.clone() };
        Graded { checks: engine::judge(&lab.lab, &observations), place, observations, twinless, twin_took }
    }

    fn ask_twin(&self, lab: &Lab) -> Result<TwinTold, SandboxError> {
        let (questions, trials) = (engine::twin_questions(lab), engine::trials(lab, Ground::Twin));
        let begun = Instant::now();
        let (twin, record, _lease) = sandbox::launch_twin(&self.estate, &self.sandbox)?;
        let took = begun.elapsed();
        let (answers, outcomes) = ask(&record, &questions, &trials);
        twin.stop()?;
        let tried = trials.into_iter().zip(outcomes).collect();
        Ok(TwinTold { sheet: AnswerSet::new(&questions, answers), tried, took })
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

fn ask(record: &Record, questions: &[Question], trials: &[Trial]) -> (Vec<Answer>, Vec<Answer>) {
    if let Some(entrance) = record.entrance() {
        return Remote::new(entrance.examiner()).ask_and_try(questions, trials);
    }
    let unknown = Unknown { reason: "the sandbox is not up".into(), remedy: String::new() };
    (vec![Err(unknown.clone()); questions.len()], vec![Err(unknown); trials.len()])
}

/// Of all kills, the one that takes longest at worst, in words: `waiting up to 8s for sre-app.service to come back`.
pub(crate) fn longest_wait(lab: &Lab, live: &AnswerSet) -> Option<String> {
    let wait = |Trial::Kill { unit, within_ms, .. }: Trial| {
        let delay = match live.answer(&Question::Unit { unit: unit.clone() }) {
            Ok(Fact::Unit(fact)) => TimeSpan::parse(fact.get("RestartUSec")).ok(),
            _ => None,
        };
        let micros = delay.map_or(0, TimeSpan::as_micros).saturating_add(within_ms * 1_000);
        (TimeSpan::from_micros(micros).min(LONGEST_KILL), unit)
    };
    let (span, unit) = engine::trials(lab, Ground::Twin).into_iter().map(wait).max()?;
    Some(format!("waiting up to {span} for {unit} to come back"))
}

/// `252` of `252.39-1~deb12u2`; empty when the manager could not be asked.
pub(crate) fn systemd_version(sheet: &AnswerSet) -> String {
    match sheet.answer(&Question::System) {
        Ok(Fact::System(system)) => system.version.chars().take_while(char::is_ascii_digit).collect(),
        _ => String::new(),
    }
}
