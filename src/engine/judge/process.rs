//! `process`: the name, arguments and working directory of the main process, and how many processes there are.

use crate::engine::ask;
use crate::engine::diagnose::{directive_mistakes, needs_restart, stale, why_not_running};
use crate::engine::finding::Finding;
use crate::engine::unit_files::UnitFiles;
use crate::engine::unit_view::UnitView;
use crate::model::{
    DetailsFact, Diagnosis, ExecCommand, Layer, ProcessCheck, ProcessDetails, UnitFact, Unknown, Verdict,
};

/// What the kernel keeps of a command's name: `TASK_COMM_LEN`, one byte for its terminator taken off.
const COMM: usize = 15;

pub(super) fn judge(view: &UnitView, demand: &ProcessCheck) -> Verdict {
    let mut finding = Finding::expecting(expected(demand));
    let question = ask::details(view.unit, demand.cwd.as_deref());
    let (unit, fact) = match (view.loaded(), view.live(&question)) {
        (Ok(unit), Ok(fact)) => (unit, fact),
        (Err(unknown), _) | (_, Err(unknown)) => return finding.unknown(&unknown),
    };
    let files = view.files();
    let layers = files.as_ref().ok().map(|files| UnitFiles::read(files));
    let directive = if demand.cwd.is_some() { "WorkingDirectory" } else { "ExecStart" };
    if let Some(layers) = &layers {
        let (place, text) = layers.evidence(view.unit, directive);
        finding.show(Layer::File, place, text);
    }
    finding.show(Layer::Loaded, view.show("ExecStart"), format!("ExecStart={}", commands(unit)));
    if fact.count == 0 {
        finding.because(why_not_running(view, unit, layers.as_ref(), None));
        return finding.failed("no process of it is running");
    }
    for process in telling(fact).into_iter().take(3) {
        finding.show(Layer::Live, format!("ps -o pid,comm,args -p {}", process.pid), line(process));
        if demand.cwd.is_some() {
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
    let reborn = view.twin(&question).filter(|fact| is_settled(view, fact));
    let faults = [of_command(demand, fact), of_number(demand, fact)];
    let wrong: Vec<&str> = faults.iter().filter_map(|fault| fault.as_ref().err()?.wrong.as_deref()).collect();
    if !wrong.is_empty() {
        // A fresh boot runs it as it should be: what runs now is older.
        if faults[0].is_err() && reborn.is_some_and(|fact| of_command(demand, fact).is_ok()) {
            finding.because(behind(view, unit, layers.as_ref(), directive));
        } else if faults[0].is_err() {
            finding.because(layers.iter().flat_map(|layers| miswritten(layers, demand)));
        }
        return finding.failed(wrong.join("; "));
    }
    if faults.iter().any(Result::is_err) {
        return finding.unknown(&Unknown {
            reason: "the main process's arguments or working directory could not be read".into(),
            remedy: Some("run the check as root".into()),
        });
    }
    if let Some(Err(Fault { wrong: Some(what) })) = reborn.map(|fact| of_command(demand, fact)) {
        finding.because(behind(view, unit, layers.as_ref(), directive));
        return finding.failed(format!("right now, but a fresh boot starts it differently: {what}"));
    }
    finding.passed(telling(fact).first().map(|process| line(process)).unwrap_or_default())
}

fn expected(demand: &ProcessCheck) -> String {
    let mut parts = Vec::new();
    parts.extend(demand.name.as_ref().map(|name| format!("a main process named {name}")));
    parts.extend(demand.argument.as_ref().map(|text| format!("an argument with \"{text}\" in it")));
    parts.extend(demand.cwd.as_ref().map(|cwd| format!("working directory {cwd}")));
    parts.extend(match (demand.at_least, demand.at_most) {
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

/// What does not hold; without words, because it could not be seen.
struct Fault {
    wrong: Option<String>,
}

/// The main process; where there is none (a forked daemon without a PID file), any will do.
fn telling(fact: &DetailsFact) -> Vec<&ProcessDetails> {
    let main: Vec<&ProcessDetails> = fact.processes.iter().filter(|process| process.main).collect();
    if main.is_empty() { fact.processes.iter().collect() } else { main }
}

fn of_command(demand: &ProcessCheck, fact: &DetailsFact) -> Result<(), Fault> {
    let mut last = Fault { wrong: None };
    for process in telling(fact) {
        match of_one(demand, fact, process) {
            Ok(()) => return Ok(()),
            Err(fault) => last = fault,
        }
    }
    Err(last)
}

fn of_one(demand: &ProcessCheck, fact: &DetailsFact, process: &ProcessDetails) -> Result<(), Fault> {
    let wrong = |what: String| Err(Fault { wrong: Some(what) });
    let unseen = || Err(Fault { wrong: None });
    let pid = process.pid;
    if let Some(name) = &demand.name {
        let kept = name.char_indices().map(|(at, _)| at).chain([name.len()]).rfind(|at| *at <= COMM).unwrap_or(0);
        let is_comm = process.comm == name[..kept];
        let first = process.argv.as_ref().map(|argv| argv.first().map_or("", String::as_str));
        match first.map(|first| first.rsplit('/').next() == Some(name)) {
            _ if is_comm => {}
            Some(true) => {}
            Some(false) => return wrong(format!("the main process, pid {pid}, is {}", process.comm)),
            None => return unseen(),
        }
    }
    if let Some(text) = &demand.argument {
        match &process.argv {
            Some(argv) if argv.iter().any(|word| word.contains(text.as_str())) => {}
            Some(argv) => return wrong(format!("no argument of pid {pid} has \"{text}\": {}", argv.join(" "))),
            None => return unseen(),
        }
    }
    if let Some(wanted) = &demand.cwd {
        let real = fact.folder.as_ref().unwrap_or(wanted);
        match &process.cwd {
            Some(cwd) if cwd == real => {}
            Some(cwd) => return wrong(format!("pid {pid} works in {cwd}")),
            None => return unseen(),
        }
    }
    Ok(())
}

fn of_number(demand: &ProcessCheck, fact: &DetailsFact) -> Result<(), Fault> {
    let count = fact.count;
    if demand.at_least.is_some_and(|least| count < least) || demand.at_most.is_some_and(|most| count > most) {
        let pids: Vec<String> =
            fact.processes.iter().take(8).map(|process| format!("{} {}", process.pid, process.comm)).collect();
        return Err(Fault { wrong: Some(format!("{}: {}", number(count), pids.join(", "))) });
    }
    Ok(())
}

/// Between fork and execve the manager's own child, still root, stands in the control group as `(name)`.
fn is_starting(process: &ProcessDetails) -> bool {
    process.main && process.comm.starts_with('(') && process.comm.ends_with(')')
}

/// The twin's main process is what `ExecStart=` names, so nothing is on its way to becoming something else: a shell
/// script that will exec the real program, for one.
fn is_settled(view: &UnitView, fact: &DetailsFact) -> bool {
    let main = fact.processes.iter().find(|process| process.main);
    let argv = main.and_then(|main| main.argv.as_ref()).map(|argv| argv.join(" "));
    argv.is_some() && view.reloaded().map(commands) == argv
}

fn commands(unit: &UnitFact) -> String {
    let commands = ExecCommand::parse_all(unit.get("ExecStart"));
    commands.iter().map(|command| command.argv).collect::<Vec<_>>().join("; ")
}

/// The lines that were to make it so, and how they fail to.
fn miswritten(layers: &UnitFiles, demand: &ProcessCheck) -> Vec<Diagnosis> {
    let folder =
        demand.cwd.iter().flat_map(|cwd| directive_mistakes(layers, "WorkingDirectory", &|value| value == cwd));
    let command =
        demand.argument.iter().flat_map(|text| directive_mistakes(layers, "ExecStart", &|value| value.contains(text)));
    folder.chain(command).collect()
}

/// The process is behind what is loaded, or that is behind the disk.
fn behind(view: &UnitView, unit: &UnitFact, layers: Option<&UnitFiles>, directive: &str) -> Vec<Diagnosis> {
    let value = |unit: &UnitFact| {
        if directive == "ExecStart" { commands(unit) } else { unit.get(directive).to_owned() }
    };
    match view.reloaded() {
        Some(reloaded) if value(reloaded) != value(unit) => vec![stale(view, layers, directive)],
        Some(_) => vec![needs_restart(view, &format!("The process was started before {directive}= became what it is"))],
        None => vec![],
    }
}

fn line(process: &ProcessDetails) -> String {
    let argv = process.argv.as_ref().map(|argv| argv.join(" ")).unwrap_or_default();
    format!("{} {} {argv}", process.pid, process.comm)
}
