//! Boots one or two twins of a sandbox, asks them, and performs the trials.

use std::ops::ControlFlow;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Instant;

use super::twin::{Twin, TwinRun};
use crate::engine::{self, Undisturbed};
use crate::model::{AnswerSet, Lab, PerformedTrial, Trial, TrialMachine};
use crate::sandbox::{self, Estate, Place, Sandbox, SandboxError};

/// How many twins may be booted to grade a lab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Twins {
    /// None: no trials, and no second opinion on what the files mean.
    None,
    /// One. It is watched after its boot, and then its services are killed. This costs the least CPU.
    One,
    /// Two at the same time, one for each of these, if the lab needs both and this host has room. This takes the least
    /// time.
    Two,
}

/// Answers and trials of the twins.
pub(super) struct TwinResult {
    pub(super) answers: AnswerSet,
    pub(super) trials: Vec<PerformedTrial>,
    pub(super) run: TwinRun,
}

/// Boots twins, asks one, and performs the trials. `waiting` gets texts for a spinner while there is no place for a twin.
pub(super) fn ask_twins(
    (estate, of): (&Estate, &Sandbox),
    lab: &Lab,
    twins: Twins,
    waiting: &Sender<String>,
) -> Result<TwinResult, SandboxError> {
    let (questions, trials) = (engine::twin_questions(lab), engine::trials(lab, TrialMachine::Twin));
    let apart = if twins == Twins::Two { engine::trials_apart(lab) } else { Vec::new() };
    let begun = Instant::now();
    let places = sandbox::twin_places(estate, if apart.is_empty() { 1 } else { 2 }, &|text| {
        let _ = waiting.send(text.to_owned());
        ControlFlow::Continue(())
    })?;
    let place = begun.elapsed();
    match places {
        (one, None) => {
            let twin = Twin::boot_at(estate, of, &one)?;
            let (answers, trials) = twin.ask(&questions, &trials);
            Ok(TwinResult { answers, trials, run: TwinRun { place, ..twin.stop()? } })
        }
        (first, Some(second)) => thread::scope(|scope| {
            let (sender, killed) = mpsc::channel();
            let second = scope.spawn(move || kill_on_second(estate, of, &second, apart, &sender));
            let first = Twin::boot_at(estate, of, &first)?;
            let (answers, _) = first.ask(&questions, &[]);
            let (trials, undisturbed) = decide(&first, &answers, &trials, &killed);
            let run = first.stop()?;
            let second = second.join().unwrap_or(Ok(TwinRun::default()))?;
            let second_boot = undisturbed.then_some(second.boot);
            let run = TwinRun { place, cpu: run.cpu + second.cpu, second_boot, ..run };
            Ok(TwinResult { answers, trials, run })
        }),
    }
}

/// Boots the second twin, and kills there at once. If it does not come up, all trials are left to the first.
fn kill_on_second(
    estate: &Estate,
    of: &Sandbox,
    place: &Place,
    trials: Vec<Trial>,
    killed: &Sender<PerformedTrial>,
) -> Result<TwinRun, SandboxError> {
    let Ok(twin) = Twin::boot_at(estate, of, place) else { return Ok(TwinRun::default()) };
    for trial in trials {
        // One by one: the first twin may have to repeat it, and soon, because a start limit forgets.
        for done in twin.ask(&[], &[trial]).1 {
            let _ = killed.send(done);
        }
    }
    twin.stop()
}

/// Takes the results from the second twin, and performs the other trials on the first, which has given these answers.
/// True if none was performed there.
fn decide(
    first: &Twin,
    answers: &AnswerSet,
    trials: &[Trial],
    killed: &Receiver<PerformedTrial>,
) -> (Vec<PerformedTrial>, bool) {
    let mut undisturbed = true;
    let mut performed = Vec::new();
    for trial in trials {
        let unit = engine::undisturbed(answers, trial);
        let of_second = || killed.iter().find(|PerformedTrial::Kill(done, _)| Trial::Kill(done.clone()) == *trial);
        let counted = if unit == Undisturbed::Unsteady { None } else { of_second() };
        if let Some(done) = counted.filter(|done| engine::counts(unit, done)) {
            performed.push(done);
        } else {
            undisturbed = false;
            performed.extend(first.ask(&[], std::slice::from_ref(trial)).1);
        }
    }
    (performed, undisturbed)
}
