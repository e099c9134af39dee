//! `unitlab check`: grades a lab.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::context::{self, Context};
use super::format::Format;
use super::inside::{self, Request};
use super::output::{self, Output};
use super::root;
use crate::app::Curriculum;
use crate::app::Failure;
use crate::app::{Graded, LabSession, Waits, longest_wait, systemd_version};
use crate::course::{Course, LabFolder};
use crate::engine;
use crate::learner::LabProgress;
use crate::machine::{Here, Machine};
use crate::model::{After, AnswerSet, Fact, Ground, Observations, Place, PlaceKind, Question, Report, Trial, Trials};
use crate::report;
use crate::sandbox::{GateVerb, SandboxError, WAIT_MARK};

const EXAMPLES: &str = "\
Examples:
  unitlab check                       grade the lab in hand
  unitlab check sre-app --format json | jq .score
  unitlab check --format junit --output report.xml
  unitlab check sre-app --here        grade this machine instead of the sandbox
  unitlab check sre-app --here --trials   and kill its service, to see it come back";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
#[allow(clippy::struct_excessive_bools, reason = "one for each flag of the command line")]
pub(super) struct Args {
    /// The lab; the one in hand when left out
    lab: Option<String>,
    /// Grade this machine instead of the sandbox; nothing on it is changed, unless with --trials
    #[arg(long)]
    here: bool,
    /// How to write the report
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    /// Write the report into this file, as a whole or not at all, and nothing on standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Do without the twin, a freshly booted copy of the sandbox, and without killing anything on it
    #[arg(long)]
    no_trials: bool,
    /// With --here: kill the main process of the service, once, after asking, to see whether it comes back
    #[arg(long, requires = "here", conflicts_with = "no_trials")]
    trials: bool,
    /// Tell what is waited for on stderr, for the supervisor of a sandbox to pass on to the learner inside
    #[arg(long, hide = true)]
    say_waits: bool,
}

impl Args {
    /// The format that a failure is told in on standard output; a person is told on stderr, as is whoever named a file.
    pub(super) fn document(&self) -> Option<Format> {
        (self.format != Format::Human && !output::is_file(self.output.as_deref())).then_some(self.format)
    }
}

pub(super) fn run(context: &Context, args: &Args) -> Result<u8, Failure> {
    let output = Output::named(context, args.output.as_deref())?;
    if inside::is_inside() && !args.here {
        let format = Some(args.format.into());
        let request = Request {
            verb: GateVerb::Check,
            check: args.lab.as_deref(),
            value: None,
            format,
            no_trials: args.no_trials,
        };
        return inside::ask_into(context, &request, &output);
    }
    let report = match grade(context, args) {
        Ok(report) => report,
        Err(failure) => {
            if output.is_file() && args.format != Format::Human {
                // Whoever reads the file next must not take an earlier report for this one.
                let Failure { what, cause, next, exit } = &failure;
                let failure = report::Failure { what, cause, next, exit: *exit };
                // What is told on stderr is the first failure, not that this could not be written either.
                let _ = output.deliver(|out| args.format.failure(&failure, out));
            }
            return Err(failure);
        }
    };
    let style = if output.is_file() { context.terminal.file_style() } else { context.terminal.style() };
    output.deliver(|out| args.format.report(&report, style, out))?;
    Ok(report.exit_code())
}

fn grade(context: &Context, args: &Args) -> Result<Report, Failure> {
    let course = context.course_of(args.lab.as_deref())?;
    let lab = &*context.lab(&course, args.lab.as_deref())?;
    let started = Instant::now();
    let graded = if args.here {
        here(context, lab, args.trials)?
    } else {
        root::required(context, "entering the sandbox")?;
        let mut bench = find(context, lab)?;
        bench.hand_in(answers(context, lab)?);
        let first =
            if args.no_trials { "asking the machine" } else { "asking the machine, and a freshly booted copy of it" };
        let waiting = context.terminal.spinner(first);
        let say = |wait: &str| {
            waiting.set_message(wait);
            if args.say_waits {
                let _ = writeln!(io::stderr(), "{WAIT_MARK}{wait}");
            }
        };
        say(first);
        bench.grade_saying(lab, !args.no_trials, &say)
    };
    note_times(context, &graded, started.elapsed());
    if let Some(error) = &graded.twinless {
        let _ = writeln!(io::stderr(), "unitlab: graded without a freshly booted copy: {error}");
    }
    let mut report = report_of(context, &course, lab, &graded, started, Memory::Progress);
    // For a person only: what comes next takes the whole course, and a program knows where it goes on.
    if args.format == Format::Human && report.score.passed == Some(true) {
        report.after = Some(after(context, lab));
    }
    Ok(report)
}

/// Says where the time went, to those who asked for more words.
fn note_times(context: &Context, graded: &Graded, took: Duration) {
    context.note(&format!("asked and judged within {} ms", took.as_millis()));
    if let Some(took) = graded.twin_took {
        context.note(&format!("its twin was up after {} ms", took.as_millis()));
    }
    let waits = graded.waits();
    let Waits { boot, watch, restart, settle } = waits;
    let (boot, watch, restart, settle) = (boot.as_millis(), watch.as_millis(), restart.as_millis(), settle.as_millis());
    let own = took.saturating_sub(waits.total()).as_millis();
    context.note(&format!(
        "waited for the boot {boot} ms, watching units {watch} ms, for RestartSec= {restart} ms, \
         whether it stays up {settle} ms; own work {own} ms"
    ));
}

/// The lab's running sandbox.
pub(super) fn find(context: &Context, lab: &LabFolder) -> Result<LabSession, Failure> {
    let id = &lab.lab.id;
    LabSession::find(context.estate(), &context.sandbox_name(id)).map_err(|error| match error {
        SandboxError::NotRunning { .. } => {
            let next = format!("start it with `unitlab lab start {id}`");
            let words = context.estate().sandbox(&context.sandbox_name(id)).last_log_line();
            let cause = words.map(|words| format!("its supervisor's last words: {words}")).unwrap_or_default();
            Failure::could_not(format!("the sandbox of {id} is not running"), cause, next)
        }
        other => other.into(),
    })
}

/// Asks this machine; without a twin, and without changing anything unless trials are wanted.
fn here(context: &Context, lab: &LabFolder, with_trials: bool) -> Result<Graded, Failure> {
    let questions = engine::questions(&lab.lab);
    let mut machine = Here::new();
    let live = AnswerSet::new(&questions, machine.ask(&questions));
    let trials = if with_trials { try_here(context, lab, &live, &mut machine)? } else { Trials::NotRun };
    let place = Place { kind: PlaceKind::Here, systemd: systemd_version(&live) };
    let observations = Observations { live, twin: None, trials, answers: answers(context, lab)? };
    Ok(Graded { checks: engine::judge(&lab.lab, &observations), place, observations, twinless: None, twin_took: None })
}

/// What the learner has handed in for a lab.
pub(super) fn answers(context: &Context, lab: &LabFolder) -> Result<BTreeMap<String, String>, Failure> {
    Ok(context.progress()?.labs.remove(&lab.lab.id).map(|lab| lab.answers).unwrap_or_default())
}

/// Says what will be killed on this machine, asks, and does it.
fn try_here(context: &Context, lab: &LabFolder, live: &AnswerSet, machine: &mut Here) -> Result<Trials, Failure> {
    let trials = engine::trials(&lab.lab, Ground::Live);
    for Trial::Kill { unit, .. } in &trials {
        let pid = match live.answer(&Question::Unit { unit: unit.clone() }) {
            Ok(Fact::Unit(fact)) if !["", "0"].contains(&fact.get("MainPID")) => {
                format!(" (pid {})", fact.get("MainPID"))
            }
            _ => String::new(),
        };
        let what = "will get SIGKILL, once, to see whether systemd starts it again";
        let _ = writeln!(io::stderr(), "unitlab: the main process of {unit}{pid} {what}");
    }
    if trials.is_empty() || !context.terminal.confirm("Kill on this machine?", "--yes")? {
        return Ok(Trials::NotRun);
    }
    let wait = longest_wait(&lab.lab, live).unwrap_or_default();
    let _waiting = context.terminal.spinner(&wait);
    let outcomes = machine.try_out(&trials);
    Ok(Trials::Done(trials.into_iter().zip(outcomes).collect()))
}

/// What comes after a pass. That takes the whole course.
fn after(context: &Context, lab: &LabFolder) -> After {
    let next = || {
        let course = context.course().ok()?;
        Curriculum::of(&course, &context.progress().ok()?).command_after(&course, &lab.lab.id)
    };
    After { learned: lab.lab.learned.clone(), think: lab.lab.think.clone(), next: next().unwrap_or_default() }
}

/// Where a grade is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Memory {
    /// In the learner's progress.
    Progress,
    /// Nowhere: it is nobody's work.
    Nothing,
}

/// Puts the report together, and remembers what was earned.
pub(super) fn report_of(
    context: &Context,
    course: &Course,
    lab: &LabFolder,
    graded: &Graded,
    started: Instant,
    memory: Memory,
) -> Report {
    let score = engine::score(lab.lab.pass, &graded.checks);
    let at = context::now();
    let id = lab.lab.id.clone();
    let (percent, passed, when) = (score.percent, score.passed == Some(true), at.clone());
    let past = match memory {
        Memory::Progress => {
            let progress = context.remember(move |progress| progress.lab(&id).graded(percent, passed, &when));
            // What was graded is told all the same: it may have taken minutes.
            let progress = progress.or_else(|failure| {
                let _ = writeln!(io::stderr(), "unitlab: this grade is not remembered: {}", failure.what);
                let _ = writeln!(
                    io::stderr(),
                    "  next: mend that and check again, or name another folder with --state-dir"
                );
                context.progress()
            });
            progress.unwrap_or_default().labs.remove(&lab.lab.id).unwrap_or_default()
        }
        Memory::Nothing => LabProgress::default(),
    };
    Report {
        schema: Report::SCHEMA.into(),
        unitlab: env!("CARGO_PKG_VERSION").into(),
        lab: lab.lab.id.clone(),
        course: course.id().clone(),
        learner: context.learner(),
        hints: past.hints_shown(),
        hintless: !lab.lab.has_hints(),
        revealed: past.revealed,
        seed: lab.seed,
        after: None,
        place: graded.place.clone(),
        at,
        took_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        score,
        checks: graded.checks.clone(),
    }
}
