//! `command`: a program of the author's ends as it should, in time.
//!
//! What the task is about and is not there, runs too long or says too much has failed. A tool that the machine lacks, or
//! a manager that will not run it, tells nothing.

use crate::engine::ask;
use crate::engine::finding::Finding;
use crate::engine::unit_view::UnitView;
use crate::model::{CommandCheck, CommandFact, Layer, RunAs, Verdict};

/// The longest argument of a program that a report repeats.
const LONGEST: usize = 80;

pub(super) fn judge(view: &UnitView, demand: &CommandCheck) -> Verdict {
    let line = quoted(&demand.run.iter().map(|word| short(word)).collect::<Vec<_>>());
    let prints = demand.stdout_contains.as_ref().map(|text| format!(" and prints \"{text}\"")).unwrap_or_default();
    let mut finding = Finding::expecting(format!("`{line}` exits with {}{prints}, within 10 s", demand.exit));
    let fact = match view.live(&ask::command(demand)) {
        Ok(fact) => fact,
        Err(unknown) => return finding.unknown(&unknown),
    };
    let source = match demand.run_as {
        RunAs::Root => line.clone(),
        RunAs::Learner => format!("sudo -u learner {line}"),
    };
    let program = demand.run.first().map(String::as_str).unwrap_or_default();
    let (right, observed) = match fact {
        CommandFact::Exited { status, stdout, stderr } => {
            let said = if stdout.trim().is_empty() { stderr.as_str() } else { stdout.trim() };
            finding.show(Layer::Live, source, format!("exit {status}: {said}"));
            let lacks = demand.stdout_contains.as_ref().filter(|text| !stdout.contains(text.as_str()));
            let words = if stderr.is_empty() { String::new() } else { format!(": {stderr}") };
            match lacks {
                _ if *status != demand.exit => (false, format!("it exits with {status}{words}")),
                Some(text) => (false, format!("it exits with {status}, and prints no \"{text}\"")),
                None => (true, format!("it exits with {status}")),
            }
        }
        CommandFact::Killed { signal } => (false, format!("killed by signal {signal}")),
        CommandFact::TimedOut { seconds } => (false, format!("it was still running after {seconds} s")),
        CommandFact::Flooded { bytes } => (false, format!("it prints more than {bytes} bytes")),
        CommandFact::Missing => {
            finding.show(Layer::File, format!("ls -l {}", quoted(&[program.to_owned()])), "no program");
            (false, format!("{program} is not there, or cannot be executed"))
        }
    };
    if right { finding.passed(observed) } else { finding.failed(observed) }
}

/// A program that is an argument itself is not for reading.
fn short(word: &str) -> String {
    if word.contains('\n') || word.chars().count() > LONGEST { "…".to_owned() } else { word.to_owned() }
}

/// As a shell would take it.
pub(super) fn quoted(words: &[String]) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/@:=,+%".contains(c);
    let one = |word: &String| {
        if !word.is_empty() && word.chars().all(plain) {
            word.clone()
        } else {
            format!("'{}'", word.replace('\'', "'\\''"))
        }
    };
    words.iter().map(one).collect::<Vec<_>>().join(" ")
}
