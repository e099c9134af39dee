//! `unitlab course check`: checks a course's files, and runs its commands and cases in sandboxes.

use std::io;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::thread;

use crate::app::{Error, Job, Prover, Selection, default_parallel, record_outputs};
use crate::cli::context::Context;
use crate::cli::exit_code::ExitCode;
use crate::cli::install;
use crate::model::{CaseResult, Proof};
use crate::os;
use crate::report;

const EXAMPLES: &str = "\
Examples:
  unitlab course check                          the built-in course
  unitlab course check ~/our-course             a course in a directory
  unitlab course check . --lab sre-app -v       one lab; show each result
  unitlab course check . --lab sre-app --case untouched --case reset
  unitlab course check . --chapter reliability  one chapter
  unitlab course check . --record               also write lessons/recorded/
  unitlab course check --os-tree /srv/trixie    on another systemd

Each command of a chapter runs twice: in the order of the pages, and alone in
a fresh sandbox after the commands that it needs. Its output must match its
`expect`. A page has at most 40 lines on a terminal of 80 columns. If a chapter
has recorded outputs, they must be those of its present commands.

Each lab is graded untouched, solved and reset, then with its own cases, then
with mutants of the solution, which drop or alter one directive. A mutant that
fails no check must be listed in lab.toml as [[harmless]], with a reason. It is
not booted again or killed if a check has certainly failed before.

A table at the end shows how long each lab and chapter took, how much of that
was waiting for systemd, and how much CPU time its sandboxes used.

Exit codes:
  0  every result is as expected
  3  something could not be tried
  4  the course has mistakes, or a result is not as expected";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Args {
    /// The course's directory; default: that of --course, else the built-in course
    dir: Option<PathBuf>,
    /// Test only this lab; may be given several times, and with --chapter
    #[arg(long, value_name = "ID")]
    lab: Vec<String>,
    /// Test only this chapter; may be given several times, and with --lab
    #[arg(long, value_name = "CHAPTER")]
    chapter: Vec<String>,
    /// Run only this case, mutant or command; may be given several times
    #[arg(long, value_name = "NAME")]
    case: Vec<String>,
    /// How many cases run at the same time [default: 5 for each core, as far as this machine has places for sandboxes]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: Option<u16>,
    /// Boot on this OS tree's /usr and /etc instead of the host's
    #[arg(long, value_name = "DIR")]
    os_tree: Option<PathBuf>,
    /// Also apply the solution after each mistake, and run each command twice in a row
    #[arg(long)]
    thorough: bool,
    /// Record what the chapters' commands print, for machines without sandboxes; needs DIR
    #[arg(long, requires = "dir")]
    record: bool,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<ExitCode, Error> {
    let course = context.workspace.course_in(args.dir.as_deref())?;
    let selection = Selection::new(&course, &args.lab, &args.chapter)?;
    let jobs = selection.jobs(args.thorough, &args.case)?;
    install::require_sandboxes(context, args.os_tree.as_deref(), "booting sandboxes")?;
    let runner = context.workspace.lab_runner(args.os_tree.as_deref())?;
    let parallel = args.jobs.map_or_else(|| default_parallel(&runner.estate), usize::from);
    let prover = Prover::new(runner, parallel, args.thorough);
    let mut proof = prove(context, &prover, &jobs)?;
    if args.case.is_empty() {
        proof.mistakes = selection.mistakes(args.record);
    }
    if let (true, Some(dir)) = (args.record, &args.dir) {
        record_outputs(&context.workspace, dir, selection.chapters(), &proof)?;
    }
    report::proof(&proof, context.terminal.style(), &mut io::stdout().lock())?;
    Ok(ExitCode::from_report(proof.exit_code()))
}

/// Runs the jobs with a progress bar. Ctrl-C stops all sandboxes.
fn prove(context: &Context, prover: &Prover, jobs: &[Job<'_>]) -> Result<Proof, Error> {
    let interrupted = os::signal_stream().map_err(Error::system("cannot watch for signals"))?;
    let (done, watcher) = UnixStream::pair().map_err(Error::system("cannot watch for Ctrl-C"))?;
    let bar = context.terminal.progress_bar(jobs.iter().map(Job::verdicts).sum());
    let on_result = |proven: &CaseResult| {
        bar.advance(&proven.case);
        if context.is_verbose() {
            bar.print_line(&result_line(proven));
        }
    };
    let proof = thread::scope(|scope| {
        scope.spawn(|| {
            if os::wait_for_signal(&interrupted, &watcher) {
                prover.stop();
            }
        });
        let proof = prover.prove(jobs, &on_result);
        drop(done);
        proof
    });
    if prover.is_stopped() { Err(Error::Interrupted) } else { Ok(proof) }
}

/// The result of one case or command, in one line.
fn result_line(proven: &CaseResult) -> String {
    let outcome = match (&proven.not_tried, proven.differences.as_slice()) {
        (None, []) => "as expected".to_owned(),
        (Some(why), []) => format!("not tried: {why}"),
        (_, differs) => differs.iter().filter_map(|what| what.lines().next()).collect::<Vec<_>>().join("; "),
    };
    format!("{} {} ({:.1} s): {outcome}", proven.subject, proven.case, proven.timing.whole.as_secs_f64())
}
