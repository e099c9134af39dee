//! `process`: the name, arguments and working directory of the main process, and how many processes there are.

use crate::engine::ask;
use crate::engine::diagnose::{directive_mistakes, needs_restart, stale, why_not_running};
use crate::engine::finding::Finding;
use crate::engine::unit_files::UnitFiles;
use crate::engine::unit_view::UnitView;
use crate::model::{
    DetailsFact, Diagnosis, ExecCommand, Layer, ProcessCheck, ProcessDetails, UnitFact, Unknown, Verdict,
};

/// The longest name of a process in the kernel, in bytes: `TASK_COMM_LEN` without the terminator.
const LONGEST_COMM: usize = 15;

pub(super) fn judge(view: &UnitView, check: &ProcessCheck) -> Verdict {
    let mut finding = Finding::expecting(expected(check));
    let question = ask::details(view.unit, check.cwd.as_deref());
    let (unit, fact) = match (view.loaded(), view.live(&question)) {
        (Ok(unit), Ok(fact)) => (unit, fact),
        (Err(unknown), _) | (_, Err(unknown)) => return finding.unknown(&unknown),
    };
    let files = view.files();
    let unit_files = files.as_ref().ok().map(|files| UnitFiles::read(files));
    let directive = if check.cwd.is_some() { "WorkingDirectory" } else { "ExecStart" };
    if let Some(unit_files) = &unit_files {
        let (place, text) = unit_files.evidence(view.unit, directive);
        finding.show(Layer::File, place, text);
    }
    finding.show(Layer::Loaded, view.show("ExecStart"), format!("ExecStart={}", commands(unit)));
    if fact.count == 0 {
        finding.because(why_not_running(view, unit, unit_files.as_ref(), None));
        return finding.failed("no process of it is running");
    }
    for process in main_or_all(fact).into_iter().take(3) {
        finding.show(Layer::Live, format!("ps -o pid,comm,args -p {}", process.pid), line(process));
        if check.cwd.is_some() {
            let cwd = process.cwd.as_deref().unwrap_or("could not be read");
            finding.show(Layer::Live, format!("sudo readlink /proc/{}/cwd", process.pid), cwd);
        }
    }
    if let Some(starting) = fact.processes.iter().find(|process| is_starting(process)) {
        return finding.unknown(&Unknown {
            reason: format!("pid {} {} is still being started", starting.pid, starting.comm),
            remedy: Some("check again in a second".into()),
        });
    }
    let twin = view.twin(&question).filter(|fact| runs_its_command(view, fact));
    let faults = [check_command(check, fact), check_count(check, fact)];
    let wrong: Vec<&str> = faults.iter().filter_map(|fault| fault.as_ref().err()?.wrong.as_deref()).collect();
    if !wrong.is_empty() {
        // The process is right after a fresh boot, so the running process is out of date.
        if faults[0].is_err() && twin.is_some_and(|fact| check_command(check, fact).is_ok()) {
            finding.because(out_of_date(view, unit, unit_files.as_ref(), directive));
        } else if faults[0].is_err() {
            finding.because(unit_files.iter().flat_map(|unit_files| mistakes(unit_files, check)));
        }
        return finding.failed(wrong.join("; "));
    }
    if faults.iter().any(Result::is_err) {
        return finding.unknown(&Unknown {
            reason: "the main process's arguments or working directory could not be read".into(),
            remedy: Some("run the check as root".into()),
        });
    }
    if let Some(Err(Fault { wrong: Some(what) })) = twin.map(|fact| check_command(check, fact)) {
        finding.because(out_of_date(view, unit, unit_files.as_ref(), directive));
        return finding.failed(format!("right now, but a fresh boot starts it differently: {what}"));
    }
    finding.passed(main_or_all(fact).first().map(|process| line(process)).unwrap_or_default())
}

fn expected(check: &ProcessCheck) -> String {
    let mut parts = Vec::new();
    parts.extend(check.name.as_ref().map(|name| format!("a main process named {name}")));
    parts.extend(check.argument.as_ref().map(|text| format!("an argument that contains \"{text}\"")));
    parts.extend(check.cwd.as_ref().map(|cwd| format!("working directory {cwd}")));
    parts.extend(match (check.at_least, check.at_most) {
        (Some(least), Some(most)) if least == most => Some(format!("{} in all", number(least))),
        (Some(least), Some(most)) => Some(format!("{least} to {most} processes")),
        (Some(least), None) => Some(format!("at least {}", number(least))),
        (None, Some(most)) => Some(format!("at most {}", number(most))),
        (None, None) => None,
    });
    parts.join(", ")
}

fn number(count: u32) -> String {
    format!("{count} process{}", if count == 1 { "" } else { "es" })
}

/// Why a process does not meet the check.
struct Fault {
    /// None if a part of the process could not be read.
    wrong: Option<String>,
}

/// The main process. All processes if there is none, as of a forking daemon without a PID file.
fn main_or_all(fact: &DetailsFact) -> Vec<&ProcessDetails> {
    let main: Vec<&ProcessDetails> = fact.processes.iter().filter(|process| process.main).collect();
    if main.is_empty() { fact.processes.iter().collect() } else { main }
}

fn check_command(check: &ProcessCheck, fact: &DetailsFact) -> Result<(), Fault> {
    let mut last = Fault { wrong: None };
    for process in main_or_all(fact) {
        match check_process(check, fact, process) {
            Ok(()) => return Ok(()),
            Err(fault) => last = fault,
        }
    }
    Err(last)
}

fn check_process(check: &ProcessCheck, fact: &DetailsFact, process: &ProcessDetails) -> Result<(), Fault> {
    let wrong = |what: String| Err(Fault { wrong: Some(what) });
    let unknown = || Err(Fault { wrong: None });
    let pid = process.pid;
    if let Some(name) = &check.name {
        let end =
            name.char_indices().map(|(at, _)| at).chain([name.len()]).rfind(|at| *at <= LONGEST_COMM).unwrap_or(0);
        let is_comm = process.comm == name[..end];
        let first = process.argv.as_ref().map(|argv| argv.first().map_or("", String::as_str));
        match first.map(|first| first.rsplit('/').next() == Some(name)) {
            _ if is_comm => {}
            Some(true) => {}
            Some(false) => return wrong(format!("the main process, pid {pid}, is {}", process.comm)),
            None => return unknown(),
        }
    }
    if let Some(text) = &check.argument {
        match &process.argv {
            Some(argv) if argv.iter().any(|word| word.contains(text.as_str())) => {}
            Some(argv) => return wrong(format!("no argument of pid {pid} contains \"{text}\": {}", argv.join(" "))),
            None => return unknown(),
        }
    }
    if let Some(wanted) = &check.cwd {
        let real = fact.directory.as_ref().unwrap_or(wanted);
        match &process.cwd {
            Some(cwd) if cwd == real => {}
            Some(cwd) => return wrong(format!("the working directory of pid {pid} is {cwd}")),
            None => return unknown(),
        }
    }
    Ok(())
}

fn check_count(check: &ProcessCheck, fact: &DetailsFact) -> Result<(), Fault> {
    let count = fact.count;
    if check.at_least.is_some_and(|least| count < least) || check.at_most.is_some_and(|most| count > most) {
        let pids: Vec<String> =
            fact.processes.iter().take(8).map(|process| format!("{} {}", process.pid, process.comm)).collect();
        return Err(Fault { wrong: Some(format!("{}: {}", number(count), pids.join(", "))) });
    }
    Ok(())
}

/// Between fork and execve, systemd's child is named `(name)` and still has systemd's identity.
fn is_starting(process: &ProcessDetails) -> bool {
    process.main && process.comm.starts_with('(') && process.comm.ends_with(')')
}

/// The twin's main process is the command of `ExecStart=`, not for example a shell script before it executes the real
/// program.
fn runs_its_command(view: &UnitView, fact: &DetailsFact) -> bool {
    let main = fact.processes.iter().find(|process| process.main);
    let argv = main.and_then(|main| main.argv.as_ref()).map(|argv| argv.join(" "));
    argv.is_some() && view.twin_loaded().map(commands) == argv
}

fn commands(unit: &UnitFact) -> String {
    let commands = ExecCommand::parse_all(unit.get("ExecStart"));
    commands.iter().map(|command| command.argv).collect::<Vec<_>>().join("; ")
}

/// Mistakes in the lines that set the working directory and the command.
fn mistakes(unit_files: &UnitFiles, check: &ProcessCheck) -> Vec<Diagnosis> {
    let directory =
        check.cwd.iter().flat_map(|cwd| directive_mistakes(unit_files, "WorkingDirectory", &|value| value == cwd));
    let command = check
        .argument
        .iter()
        .flat_map(|text| directive_mistakes(unit_files, "ExecStart", &|value| value.contains(text)));
    directory.chain(command).collect()
}

/// The process needs a restart, or the manager needs a reload.
fn out_of_date(view: &UnitView, unit: &UnitFact, unit_files: Option<&UnitFiles>, directive: &str) -> Vec<Diagnosis> {
    let value = |unit: &UnitFact| {
        if directive == "ExecStart" { commands(unit) } else { unit.get(directive).to_owned() }
    };
    match view.twin_loaded() {
        Some(reloaded) if value(reloaded) != value(unit) => vec![stale(view, unit_files, directive)],
        Some(_) => vec![needs_restart(view, &format!("The process was started before {directive}= was changed"))],
        None => vec![],
    }
}

fn line(process: &ProcessDetails) -> String {
    let argv = process.argv.as_ref().map(|argv| argv.join(" ")).unwrap_or_default();
    format!("{} {} {argv}", process.pid, process.comm)
}
