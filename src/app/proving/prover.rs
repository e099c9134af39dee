//! Many jobs side by side, each on a freshly booted machine that is kept ready while the job before it is done.
//!
//! Nothing can be cleaned for certain on a machine whose root was a stranger. So no machine is ever used twice: going
//! back to the starting scene is taking the spare, and the used one is ended in the background.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use super::case_run::CaseRun;
use super::job::Job;
use crate::app::{LabRunner, LabSession};
use crate::model::{Proof, Proven, Spent};
use crate::sandbox::{self, Sandbox, SandboxError};

/// Tries cases and commands in sandboxes.
#[derive(Debug)]
pub struct Prover {
    /// How sandboxes are made.
    pub workshop: LabRunner,
    /// How many jobs are done at once.
    pub at_once: usize,
    /// Lay the solution over each mistake as well: it must mend it.
    pub thorough: bool,
    /// What the names of all its sandboxes begin with.
    name: String,
    stopped: AtomicBool,
}

/// A job, and the machine for it.
type Ready<'j, 'a> = (usize, &'j Job<'a>, Result<LabSession, SandboxError>);

impl Prover {
    /// A prover that does so many jobs at once.
    #[must_use]
    pub fn new(workshop: LabRunner, at_once: usize, thorough: bool) -> Self {
        let name = format!("prove-{}", sandbox::random_id());
        Self { workshop, at_once: at_once.max(1), thorough, name, stopped: AtomicBool::new(false) }
    }

    /// Does all of them, telling of each verdict as it comes.
    pub fn prove(&self, jobs: &[Job<'_>], tell: &(dyn Fn(&Proven) + Sync)) -> Proof {
        let begun = Instant::now();
        let next = &AtomicUsize::new(0);
        // A spare is handed over when it is asked for, and each of those who make them has one in hand.
        let (counter, spares) = mpsc::sync_channel(0);
        let spares = Arc::new(Mutex::new(spares));
        let (bin, used) = mpsc::channel();
        let mut done: Vec<(usize, Proven)> = thread::scope(|scope| {
            scope.spawn(|| used.into_iter().for_each(|bench: LabSession| drop(bench.close())));
            for _ in 0..self.at_once {
                let counter = counter.clone();
                scope.spawn(move || self.keep_spares(jobs, next, &counter));
            }
            drop(counter);
            let workers: Vec<_> = (0..self.at_once)
                .map(|_| {
                    let (spares, bin) = (Arc::clone(&spares), bin.clone());
                    scope.spawn(move || self.work(&spares, &bin, tell))
                })
                .collect();
            drop((spares, bin));
            workers.into_iter().flat_map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
        });
        done.sort_by_key(|(at, _)| *at);
        let cases = done.into_iter().map(|(_, proven)| proven).collect();
        if self.is_stopped() {
            self.end_all();
            // What was still being made when it was ended may have left a folder, and nobody needs it.
            self.own().for_each(|sandbox| drop(sandbox.remove()));
        }
        Proof { cases, lacks: Vec::new(), took: begun.elapsed(), at_once: self.at_once }
    }

    /// Gives up: every sandbox is ended, no other is begun, and [`Prover::prove`] returns with what it has.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        self.end_all();
    }

    /// It was told to give up.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    fn end_all(&self) {
        self.own().for_each(|sandbox| drop(sandbox.stop()));
    }

    /// Its sandboxes and their twins.
    fn own(&self) -> impl Iterator<Item = Sandbox> {
        self.workshop.estate.sandboxes().into_iter().filter(|sandbox| sandbox.name().starts_with(&self.name))
    }

    /// Boots a machine for the next job, again and again.
    fn keep_spares<'j, 'a>(&self, jobs: &'j [Job<'a>], next: &AtomicUsize, counter: &SyncSender<Ready<'j, 'a>>) {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = jobs.get(at) else { return };
            if self.is_stopped() {
                return;
            }
            let bench = job.open(&self.workshop, &format!("{}-{at}", self.name));
            if counter.send((at, job, bench)).is_err() {
                return;
            }
        }
    }

    /// Takes a spare, does its job on it, and leaves it to be ended.
    fn work(
        &self,
        spares: &Mutex<Receiver<Ready<'_, '_>>>,
        bin: &Sender<LabSession>,
        tell: &(dyn Fn(&Proven) + Sync),
    ) -> Vec<(usize, Proven)> {
        let mut done = Vec::new();
        loop {
            let asked = Instant::now();
            let ready = spares.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok((at, job, bench)) = ready else { return done };
            let spent = Spent { hand_over: asked.elapsed(), follows: !done.is_empty(), ..Spent::default() };
            if self.is_stopped() {
                return done;
            }
            // What a machine says that is being ended is worth nothing.
            let mut end = |proven: Proven| {
                if !self.is_stopped() {
                    tell(&proven);
                    done.push((at, proven));
                }
            };
            match (bench, job) {
                (Ok(bench), Job::Case(case)) => {
                    let mut run = CaseRun { prover: self, case, bench, spent, differs: Vec::new() };
                    let ended = run.run();
                    let spent = Spent { whole: asked.elapsed(), ..run.spent };
                    let _ = bin.send(run.bench);
                    let mut proven = Proven { differs: run.differs, ..proven(job, spent) };
                    if let Err(error) = ended {
                        blame(&error, &mut proven);
                    }
                    end(proven);
                }
                (Ok(bench), Job::ChapterProof(chapter_proof)) => {
                    chapter_proof.run(&bench, spent, &|| self.is_stopped(), &mut end);
                    let _ = bin.send(bench);
                }
                (Err(error), _) => {
                    let mut proven = proven(job, Spent { whole: asked.elapsed(), ..spent });
                    blame(&error, &mut proven);
                    end(proven);
                }
            }
        }
    }
}

/// A script is the author's, and one that does not come to its end is a difference; anything else tells nothing.
fn blame(error: &SandboxError, proven: &mut Proven) {
    if matches!(error, SandboxError::Script { .. }) {
        proven.differs.push(error.to_string());
    } else {
        proven.untried = Some(error.to_string());
    }
}

/// What is known of a job before it is tried.
fn proven(job: &Job<'_>, spent: Spent) -> Proven {
    let (subject, case) = (job.subject(), job.name().to_owned());
    Proven { subject, case, differs: Vec::new(), untried: None, printed: None, spent }
}
