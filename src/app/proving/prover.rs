//! Runs many jobs at the same time, each in a freshly booted sandbox.
//!
//! A sandbox is never used twice, because a job is root in it and may have changed anything. A few sandboxes are booted
//! before a job needs them.

use std::ops::ControlFlow;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use super::case_run::CaseRun;
use super::job::Job;
use super::parallel::spares;
use crate::app::lab_runner::LabRunner;
use crate::app::lab_session::LabSession;
use crate::model::{CaseResult, Proof, Timing};
use crate::os;
use crate::sandbox::{self, Sandbox, SandboxError};

/// Proves cases and commands in sandboxes.
#[derive(Debug)]
pub struct Prover {
    /// Boots the sandboxes.
    pub runner: LabRunner,
    /// How many jobs run at the same time.
    pub parallel: usize,
    /// After each mistake, apply the solution as well; it must earn full marks.
    pub thorough: bool,
    /// Prefix of the names of all its sandboxes.
    name: String,
    stopped: AtomicBool,
}

/// A job and its booted sandbox, with the job's index.
type Ready<'j, 'a> = (usize, &'j Job<'a>, Result<LabSession, SandboxError>);

impl Prover {
    #[must_use]
    pub fn new(runner: LabRunner, parallel: usize, thorough: bool) -> Self {
        let name = format!("prove-{}", sandbox::random_id());
        Self { runner, parallel: parallel.max(1), thorough, name, stopped: AtomicBool::new(false) }
    }

    /// Runs all jobs, and calls `on_result` after each verdict. The verdicts are in the order of the jobs.
    pub fn prove(&self, jobs: &[Job<'_>], on_result: &(dyn Fn(&CaseResult) + Sync)) -> Proof {
        let (begun, cpu_before) = (Instant::now(), os::cpu_time());
        let next = &AtomicUsize::new(0);
        // Without a buffer: each booting thread keeps one sandbox ready until a worker takes it.
        let (booted, ready) = mpsc::sync_channel(0);
        let ready = Arc::new(Mutex::new(ready));
        let mut done: Vec<(usize, CaseResult)> = thread::scope(|scope| {
            for _ in 0..spares(self.parallel) {
                let booted = booted.clone();
                scope.spawn(move || self.boot_ahead(jobs, next, &booted));
            }
            drop(booted);
            let workers: Vec<_> = (0..self.parallel)
                .map(|_| {
                    let ready = Arc::clone(&ready);
                    scope.spawn(move || self.work(&ready, on_result))
                })
                .collect();
            drop(ready);
            workers.into_iter().flat_map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
        });
        done.sort_by_key(|(at, _)| *at);
        let cases = done.into_iter().map(|(_, proven)| proven).collect();
        if self.is_stopped() {
            self.stop_sandboxes();
            // A sandbox that was being made when it was stopped may have left its directory.
            self.sandboxes().for_each(|sandbox| drop(sandbox.remove()));
        }
        let own_cpu = os::cpu_time().saturating_sub(cpu_before);
        Proof { cases, mistakes: Vec::new(), took: begun.elapsed(), parallel: self.parallel, own_cpu }
    }

    /// Stops all sandboxes and starts no others. [`Prover::prove`] returns with the verdicts so far.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        self.stop_sandboxes();
    }

    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    fn stop_sandboxes(&self) {
        self.sandboxes().for_each(|sandbox| drop(sandbox.stop()));
    }

    /// The sandboxes of this prover, and their twins.
    fn sandboxes(&self) -> impl Iterator<Item = Sandbox> {
        self.runner.estate.sandboxes().into_iter().filter(|sandbox| sandbox.name().starts_with(&self.name))
    }

    /// Boots a sandbox for one job after the other.
    fn boot_ahead<'j, 'a>(&self, jobs: &'j [Job<'a>], next: &AtomicUsize, booted: &SyncSender<Ready<'j, 'a>>) {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = jobs.get(at) else { return };
            if self.is_stopped() {
                return;
            }
            let wait = |_: &str| if self.is_stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
            let session = job.open(&self.runner, &format!("{}-{at}", self.name), &wait);
            if booted.send((at, job, session)).is_err() {
                return;
            }
        }
    }

    /// Runs jobs until there are no more, and stops their sandboxes.
    fn work(
        &self,
        ready: &Mutex<Receiver<Ready<'_, '_>>>,
        on_result: &(dyn Fn(&CaseResult) + Sync),
    ) -> Vec<(usize, CaseResult)> {
        let mut done = Vec::new();
        loop {
            let asked = Instant::now();
            let received = ready.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok((at, job, session)) = received else { return done };
            let timing = Timing { hand_over: asked.elapsed(), is_later: !done.is_empty(), ..Timing::default() };
            if self.is_stopped() {
                return done;
            }
            // A verdict from a sandbox that is being stopped is worthless.
            let mut on_done = |proven: CaseResult| {
                if !self.is_stopped() {
                    on_result(&proven);
                    done.push((at, proven));
                }
            };
            match (session, job) {
                (Ok(session), Job::Case(case)) => {
                    let mut run = CaseRun {
                        runner: &self.runner,
                        thorough: self.thorough,
                        is_stopped: &|| self.is_stopped(),
                        case,
                        session,
                        timing,
                        differences: Vec::new(),
                    };
                    let result = run.run();
                    let cpu = run.timing.cpu + run.session.cpu_time();
                    let timing = Timing { whole: asked.elapsed(), cpu, ..run.timing };
                    let mut proven = CaseResult { differences: run.differences, ..not_tried(job, timing) };
                    if let Err(error) = result {
                        add_error(&error, &mut proven);
                    }
                    on_done(proven);
                    let _ = run.session.close();
                }
                (Ok(session), Job::Chapter(proof)) => {
                    proof.run(&session, timing, &|| self.is_stopped(), &mut on_done);
                    let _ = session.close();
                }
                (Err(error), _) => {
                    let mut proven = not_tried(job, Timing { whole: asked.elapsed(), ..timing });
                    add_error(&error, &mut proven);
                    on_done(proven);
                }
            }
        }
    }
}

/// A failing script is the author's mistake, so the case differences. After any other error the case counts as not tried.
fn add_error(error: &SandboxError, proven: &mut CaseResult) {
    if matches!(error, SandboxError::Script { .. }) {
        proven.differences.push(error.to_string());
    } else {
        proven.not_tried = Some(error.to_string());
    }
}

/// The verdict of a job before it has run.
fn not_tried(job: &Job<'_>, timing: Timing) -> CaseResult {
    let (subject, case) = (job.subject(), job.name().to_owned());
    CaseResult { subject, case, differences: Vec::new(), not_tried: None, printed: None, timing }
}
