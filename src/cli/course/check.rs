//! `unitlab course check`: examines a course's files, and proves every chapter and every lab in it.

use std::borrow::Cow;
use std::io;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::thread;

use super::record;
use crate::app::Failure;
use crate::app::too_long;
use crate::app::{Job, Prover, plan, prove_chapters};
use crate::cli::context::Context;
use crate::cli::root;
use crate::course::LabFolder;
use crate::engine;
use crate::model::{Chapter, Proof, Proven};
use crate::report;
use crate::sandbox;

const EXAMPLES: &str = "\
Examples:
  unitlab course check                          the built-in course
  unitlab course check ~/our-course             a course in a folder
  unitlab course check . --lab sre-app -v       one lab, each case told as it ends
  unitlab course check . --lab sre-app --case untouched --case \"drop Service.User\"
  unitlab course check . --chapter reliability  one chapter; --case crash for one command
  unitlab course check . --record               and write what its commands print into lessons/recorded/
  unitlab course check --os-tree /srv/trixie    on another systemd

Every command of a chapter is run in the order of its pages, and alone on a fresh machine after the commands it needs;
what it prints is held to its `expect`. A page has at most 40 lines on a terminal of 80 columns. Records, where there
are any, are of every command as it is now.

Every lab is tried untouched, solved and reset; then its own cases; then mutants of the solution: one directive
dropped or altered. A mutant that loses no check must be listed in lab.toml, as [[harmless]] with its reason.

Exit codes: 0 all as it must be, 4 the course has mistakes or something differs, 3 something could not be tried.";

/// More at once make each other wait.
const MOST_AT_ONCE: usize = 4;

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Args {
    /// The course's folder; else that of --course, else the built-in course
    dir: Option<PathBuf>,
    /// Prove only this lab; may be given several times, and beside --chapter
    #[arg(long, value_name = "ID")]
    lab: Vec<String>,
    /// Prove only this chapter; may be given several times, and beside --lab
    #[arg(long, value_name = "CHAPTER")]
    chapter: Vec<String>,
    /// Try only this case, mutant or command ("in order": all commands so); may be given several times
    #[arg(long, value_name = "NAME")]
    case: Vec<String>,
    /// Cases at once [default: two more than there are cores, at most 4]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: Option<u16>,
    /// Boot on this OS tree's /usr and /etc instead of the host's
    #[arg(long, value_name = "DIR")]
    os_tree: Option<PathBuf>,
    /// Lay the solution over each mistake as well, which must then earn full marks; run each command twice in a row
    #[arg(long)]
    thorough: bool,
    /// Write down what the chapters' commands print, for machines without sandboxes; needs DIR
    #[arg(long, requires = "dir")]
    record: bool,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<u8, Failure> {
    let course = context.course_in(args.dir.as_deref())?;
    let is_whole = args.lab.is_empty() && args.chapter.is_empty();
    let chapters: Vec<&Chapter> = if is_whole {
        course.tutorial().chapters.iter().collect()
    } else {
        args.chapter.iter().map(|named| course.chapter(named)).collect::<Result<_, _>>()?
    };
    let labs: Vec<&str> = if is_whole {
        course.labs().iter().map(|folder| folder.lab.id.as_str()).collect()
    } else {
        args.lab.iter().map(String::as_str).collect()
    };
    let mut drawn: Vec<Cow<'_, LabFolder>> = Vec::new();
    for id in labs {
        drawn.extend(course.proofs_of(id)?);
    }
    let labs: Vec<&LabFolder> = drawn.iter().map(|lab| &**lab).collect();
    let mut jobs = prove_chapters(chapters.iter().copied(), args.thorough);
    jobs.extend(plan(labs.iter().copied()));
    let jobs = chosen(jobs, &args.case)?;
    root::required(context, "booting sandboxes")?;
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let at_once = args.jobs.map_or((cores + 2).min(MOST_AT_ONCE), usize::from);
    let prover = Prover::new(context.workshop(args.os_tree.as_deref())?, at_once, args.thorough);
    let mut proof = watched(context, &prover, &jobs)?;
    if args.case.is_empty() {
        proof.lacks = chapters.iter().flat_map(|chapter| too_long(course.tutorial(), chapter)).collect();
        let stale = chapters.iter().filter(|_| !args.record).flat_map(|chapter| course.record_lacks(chapter));
        let unproven = labs.iter().filter(|lab| lab.seed.is_none_or(|seed| seed == 1)).flat_map(|lab| lab.lacks());
        proof.lacks.extend(stale.chain(unproven).map(|lack| lack.to_string()));
    }
    if let (true, Some(dir)) = (args.record, &args.dir) {
        record::write(context, dir, &chapters, &proof)?;
    }
    report::proof(&proof, context.terminal.style(), &mut io::stdout().lock())?;
    Ok(proof.exit_code())
}

/// Those with these names; all of them where none is named.
fn chosen<'a>(jobs: Vec<Job<'a>>, names: &[String]) -> Result<Vec<Job<'a>>, Failure> {
    for name in names {
        if !jobs.iter().any(|job| job.name() == name) {
            let meant = engine::did_you_mean(name, jobs.iter().map(Job::name))
                .map_or_else(String::new, |meant| format!("; {meant}"));
            return Err(Failure::usage(format!("there is no case {name:?}{meant}"), "`-v` names each case as it ends"));
        }
    }
    Ok(jobs.into_iter().filter(|job| names.is_empty() || names.iter().any(|name| name == job.name())).collect())
}

/// Proves with a bar, and ends everything on Ctrl-C.
fn watched(context: &Context, prover: &Prover, jobs: &[Job<'_>]) -> Result<Proof, Failure> {
    let interrupted = sandbox::signal_stream()?;
    let (done, watcher) = UnixStream::pair().map_err(Failure::system("cannot watch for Ctrl-C"))?;
    let bar = context.terminal.progress_bar(jobs.iter().map(Job::verdicts).sum());
    let tell = |proven: &Proven| {
        bar.advance(&proven.case);
        if context.is_verbose() {
            bar.print_line(&told(proven));
        }
    };
    let proof = thread::scope(|scope| {
        scope.spawn(|| {
            if sandbox::wait_for_signal(&interrupted, &watcher) {
                prover.stop();
            }
        });
        let proof = prover.prove(jobs, &tell);
        drop(done);
        proof
    });
    if prover.is_stopped() { Err(Failure::interrupted()) } else { Ok(proof) }
}

/// One case or command, in a line.
fn told(proven: &Proven) -> String {
    let outcome = match (&proven.untried, proven.differs.as_slice()) {
        (None, []) => "as it must be".to_owned(),
        (Some(why), []) => format!("could not be tried: {why}"),
        (_, differs) => differs.iter().filter_map(|what| what.lines().next()).collect::<Vec<_>>().join("; "),
    };
    format!("{} {} ({:.1} s): {outcome}", proven.subject, proven.case, proven.spent.whole.as_secs_f64())
}
