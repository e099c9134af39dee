//! `command`: a command exits with the expected status and output, in time.
//!
//! The check fails if the program is missing, runs too long or prints too much. It is unknown if the command could not be
//! run at all.

use crate::engine::ask;
use crate::engine::finding::Finding;
use crate::engine::unit_view::UnitView;
use crate::model::{CommandCheck, CommandFact, Layer, RunAs, Verdict};

/// The longest argument that a report shows, in characters.
const LONGEST_ARGUMENT: usize = 80;

pub(super) fn judge(view: &UnitView, check: &CommandCheck) -> Verdict {
    let line = quoted(&check.run.iter().map(|word| short(word)).collect::<Vec<_>>());
    let prints = check.stdout_contains.as_ref().map(|text| format!(" and prints \"{text}\"")).unwrap_or_default();
    let mut finding = Finding::expecting(format!("`{line}` exits with status {}{prints}, within 10 s", check.exit));
    let fact = match view.live(&ask::command(check)) {
        Ok(fact) => fact,
        Err(unknown) => return finding.unknown(&unknown),
    };
    let source = match check.run_as {
        RunAs::Root => line.clone(),
        RunAs::Learner => format!("sudo -u learner {line}"),
    };
    let program = check.run.first().map(String::as_str).unwrap_or_default();
    let (right, observed) = match fact {
        CommandFact::Exited { status, stdout, stderr } => {
            let output = if stdout.trim().is_empty() { stderr.as_str() } else { stdout.trim() };
            finding.show(Layer::Live, source, format!("exit {status}: {output}"));
            let missing = check.stdout_contains.as_ref().filter(|text| !stdout.contains(text.as_str()));
            let error = if stderr.is_empty() { String::new() } else { format!(": {stderr}") };
            match missing {
                _ if *status != check.exit => (false, format!("it exits with status {status}{error}")),
                Some(text) => (false, format!("it exits with status {status}, but does not print \"{text}\"")),
                None => (true, format!("it exits with status {status}")),
            }
        }
        CommandFact::Killed { signal } => (false, format!("killed by signal {signal}")),
        CommandFact::TimedOut { seconds } => (false, format!("it was still running after {seconds} s")),
        CommandFact::Flooded { bytes } => (false, format!("it prints more than {bytes} bytes")),
        CommandFact::Missing => {
            finding.show(Layer::File, format!("ls -l {}", quoted(&[program.to_owned()])), "no program");
            (false, format!("{program} does not exist, or is not executable"))
        }
    };
    if right { finding.passed(observed) } else { finding.failed(observed) }
}

/// The argument, or `…` if it is long or has several lines, such as a script.
fn short(word: &str) -> String {
    if word.contains('\n') || word.chars().count() > LONGEST_ARGUMENT { "…".to_owned() } else { word.to_owned() }
}

/// The words as a command line, quoted for a shell.
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
