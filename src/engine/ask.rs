//! The questions and trials of a lab, for the learner's machine and for its twin.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    AccountQuestion, AnswerCheck, AnswerSource, BootQuestion, Check, CommandCheck, CommandQuestion, DetailsQuestion,
    FailureQuestion, FileQuestion, FilesQuestion, Ground, HttpQuestion, JournalCheck, JournalQuestion, KillTrial, Kind,
    Lab, Listens, ListensQuestion, ProcessesQuestion, Question, RunAs, StabilityQuestion, SystemQuestion, Trial,
    UnitQuestion,
};

/// The questions for the learner's machine, each once.
///
/// They are in the order in which a machine should answer: state before watch windows, then HTTP, because a GET can start
/// a socket-activated service, and programs last, because they can do anything.
#[must_use]
pub fn questions(lab: &Lab) -> Vec<Question> {
    batch(lab, of_the_learner)
}

/// The questions for the twin, each once: what its manager has loaded, what runs, and what pulled the unit in.
#[must_use]
pub fn twin_questions(lab: &Lab) -> Vec<Question> {
    batch(lab, of_the_twin)
}

/// The trials, one per unit, because a second kill would use up the start limit.
#[must_use]
pub fn trials(lab: &Lab, on: Ground) -> Vec<Trial> {
    let mut longest: BTreeMap<&str, u64> = BTreeMap::new();
    for check in &lab.checks {
        if let Kind::ComesBack { within, .. } = &check.kind {
            let within_ms = longest.entry(&check.unit).or_default();
            *within_ms = (*within_ms).max(within.as_micros() / 1_000);
        }
    }
    longest
        .into_iter()
        .map(|(unit, within_ms)| Trial::Kill(KillTrial { unit: unit.to_owned(), within_ms, on }))
        .collect()
}

fn batch(lab: &Lab, asked_by: impl Fn(&Check) -> Vec<Question>) -> Vec<Question> {
    let asked: BTreeSet<Question> = lab.checks.iter().flat_map(asked_by).chain([SystemQuestion {}.into()]).collect();
    asked.into_iter().collect()
}

fn of_the_learner(check: &Check) -> Vec<Question> {
    let unit = || check.unit.clone();
    let mut asked = vec![UnitQuestion { unit: unit() }.into(), FilesQuestion { unit: unit() }.into()];
    if rests_on_running(&check.kind) {
        asked.push(FailureQuestion { unit: unit() }.into());
    }
    match &check.kind {
        // Answered by trials, or by the twin.
        Kind::UnitFile
        | Kind::Setting { .. }
        | Kind::RestartPolicy { .. }
        | Kind::ComesBack { .. }
        | Kind::SurvivesReboot { .. } => {}
        Kind::RunsAs { .. } => asked.push(ProcessesQuestion { unit: unit() }.into()),
        Kind::Active { hold, .. } => asked.push(stability(&check.unit, *hold).into()),
        Kind::Enabled => asked.push(BootQuestion { unit: unit() }.into()),
        Kind::Http { port, path, .. } => asked.push(http(&check.unit, *port, path).into()),
        Kind::Listens(demand) => asked.push(listens(&check.unit, demand).into()),
        Kind::Process(demand) => asked.push(details(&check.unit, demand.cwd.as_deref()).into()),
        Kind::Account(_) => asked.push(AccountQuestion { unit: unit() }.into()),
        Kind::File(demand) => {
            asked.push(file(&check.unit, &demand.path, demand.contains.as_deref()).into());
            if demand.unwritable {
                asked.push(details(&check.unit, None).into());
                asked.push(AccountQuestion { unit: unit() }.into());
            }
        }
        Kind::Journal(demand) => asked.push(journal(&check.unit, demand).into()),
        Kind::Command(demand) => asked.push(command(demand).into()),
        Kind::Answer(demand) => asked.extend(truth(demand).map(Question::from)),
    }
    asked
}

/// Whether the check fails when the unit does not run; the reason for that is asked, too.
fn rests_on_running(kind: &Kind) -> bool {
    match kind {
        Kind::UnitFile
        | Kind::Setting { .. }
        | Kind::RestartPolicy { .. }
        | Kind::SurvivesReboot { .. }
        | Kind::Enabled
        | Kind::Account(_)
        | Kind::File(_)
        | Kind::Command(_)
        | Kind::Answer(_) => false,
        Kind::ComesBack { .. }
        | Kind::RunsAs { .. }
        | Kind::Active { .. }
        | Kind::Http { .. }
        | Kind::Listens(_)
        | Kind::Process(_)
        | Kind::Journal(_) => true,
    }
}

fn of_the_twin(check: &Check) -> Vec<Question> {
    let unit = || check.unit.clone();
    match &check.kind {
        // Asked of the learner's machine only.
        Kind::Http { .. }
        | Kind::Active { .. }
        | Kind::Listens(_)
        | Kind::Journal(_)
        | Kind::Command(_)
        | Kind::Answer(_) => vec![],
        Kind::UnitFile | Kind::Setting { .. } | Kind::RestartPolicy { .. } | Kind::ComesBack { .. } => {
            vec![UnitQuestion { unit: unit() }.into()]
        }
        Kind::SurvivesReboot { hold } => {
            let failure = FailureQuestion { unit: unit() }.into();
            vec![
                UnitQuestion { unit: unit() }.into(),
                BootQuestion { unit: unit() }.into(),
                stability(&check.unit, *hold).into(),
                failure,
            ]
        }
        Kind::RunsAs { .. } => vec![UnitQuestion { unit: unit() }.into(), ProcessesQuestion { unit: unit() }.into()],
        Kind::Enabled => vec![UnitQuestion { unit: unit() }.into(), BootQuestion { unit: unit() }.into()],
        Kind::Process(demand) => {
            vec![UnitQuestion { unit: unit() }.into(), details(&check.unit, demand.cwd.as_deref()).into()]
        }
        Kind::Account(_) => vec![UnitQuestion { unit: unit() }.into(), AccountQuestion { unit: unit() }.into()],
        Kind::File(demand) => {
            let mut asked = vec![UnitQuestion { unit: unit() }.into()];
            if !is_volatile(&demand.path) {
                // Only whether it exists: the service itself may be writing the text.
                asked.push(file(&check.unit, &demand.path, None).into());
            }
            if demand.unwritable {
                asked.push(AccountQuestion { unit: unit() }.into());
            }
            asked
        }
    }
}

/// Whether every boot empties the directory of the path.
pub(crate) fn is_volatile(path: &str) -> bool {
    ["/run", "/var/run", "/var/lock", "/tmp", "/dev", "/proc", "/sys"]
        .iter()
        .any(|top| path.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// The question behind an `active` check, and, asked of the twin, behind a `survives-reboot` check.
pub(crate) fn stability(unit: &str, hold: crate::model::TimeSpan) -> StabilityQuestion {
    StabilityQuestion { unit: unit.to_owned(), window_ms: hold.as_micros() / 1_000 }
}

/// The question behind an `http` check.
pub(crate) fn http(unit: &str, port: u16, path: &str) -> HttpQuestion {
    HttpQuestion { unit: unit.to_owned(), port, path: path.to_owned() }
}

/// The question behind a `listens` check.
pub(crate) fn listens(unit: &str, demand: &Listens) -> ListensQuestion {
    ListensQuestion { unit: unit.to_owned(), protocol: demand.protocol, port: demand.port }
}

/// The question behind a `process` check.
pub(crate) fn details(unit: &str, directory: Option<&str>) -> DetailsQuestion {
    DetailsQuestion { unit: unit.to_owned(), directory: directory.map(str::to_owned) }
}

/// The question behind a `file` check.
pub(crate) fn file(unit: &str, path: &str, text: Option<&str>) -> FileQuestion {
    FileQuestion { unit: unit.to_owned(), path: path.to_owned(), text: text.map(str::to_owned) }
}

/// The question behind a `journal` check.
pub(crate) fn journal(unit: &str, demand: &JournalCheck) -> JournalQuestion {
    JournalQuestion { unit: unit.to_owned(), text: demand.text.clone(), since: demand.since }
}

/// The question behind a `command` check.
pub(crate) fn command(demand: &CommandCheck) -> CommandQuestion {
    CommandQuestion { run: demand.run.clone(), run_as: demand.run_as }
}

/// The question behind an `answer` check, where its truth is not a property of the unit.
pub(crate) fn truth(demand: &AnswerCheck) -> Option<CommandQuestion> {
    match &demand.truth {
        AnswerSource::Printed(run) => Some(CommandQuestion { run: run.clone(), run_as: RunAs::Root }),
        AnswerSource::Property(_) | AnswerSource::Known(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_volatile, questions, trials, twin_questions};
    use crate::engine::testbed::{check, lab};
    use crate::model::{
        AccountQuestion, BootQuestion, CommandCheck, CommandQuestion, FailureQuestion, FileCheck, FileQuestion,
        FilesQuestion, Ground, HttpQuestion, KillTrial, Kind, Listens, ProcessesQuestion, Protocol, RestartPolicy,
        RunAs, StabilityQuestion, SystemQuestion, TimeSpan, UnitQuestion,
    };

    #[test]
    fn each_unit_is_killed_once_and_what_survives_is_asked_of_the_twin() {
        let back = |seconds: u64| Kind::ComesBack { within: TimeSpan::from_micros(seconds * 1_000_000), again: false };
        let lab = lab(vec![
            check("quick", back(2)),
            check("slow", back(5)),
            check("boot", Kind::SurvivesReboot { hold: TimeSpan::from_micros(2_000_000) }),
        ]);
        let unit = || String::from("sre-app.service");
        for on in [Ground::Live, Ground::Twin] {
            assert_eq!(trials(&lab, on), [KillTrial { unit: unit(), within_ms: 5_000, on }.into()]);
        }
        let failure = || FailureQuestion { unit: unit() }.into();
        let files = [
            SystemQuestion {}.into(),
            UnitQuestion { unit: unit() }.into(),
            FilesQuestion { unit: unit() }.into(),
            failure(),
        ];
        assert_eq!(questions(&lab), files);
        assert_eq!(
            twin_questions(&lab),
            [
                SystemQuestion {}.into(),
                UnitQuestion { unit: unit() }.into(),
                BootQuestion { unit: unit() }.into(),
                StabilityQuestion { unit: unit(), window_ms: 2_000 }.into(),
                failure(),
            ]
        );
    }

    #[test]
    fn each_question_is_asked_once_and_the_probe_comes_last() {
        let hold = TimeSpan::from_micros(3_000_000);
        let get = Kind::Http { port: 8000, path: "/".into(), status: 200, contains: None };
        let lab = lab(vec![
            check("get", get),
            check("file", Kind::UnitFile),
            check("restart", Kind::RestartPolicy { one_of: vec![RestartPolicy::Always] }),
            check("who", Kind::RunsAs { root: false }),
            check("up", Kind::Active { running: true, hold }),
            check("boot", Kind::Enabled),
        ]);
        let unit = || String::from("sre-app.service");
        assert_eq!(
            questions(&lab),
            [
                SystemQuestion {}.into(),
                UnitQuestion { unit: unit() }.into(),
                FilesQuestion { unit: unit() }.into(),
                ProcessesQuestion { unit: unit() }.into(),
                BootQuestion { unit: unit() }.into(),
                StabilityQuestion { unit: unit(), window_ms: 3_000 }.into(),
                FailureQuestion { unit: unit() }.into(),
                HttpQuestion { unit: unit(), port: 8000, path: "/".into() }.into(),
            ]
        );
        assert_eq!(
            twin_questions(&lab),
            [
                SystemQuestion {}.into(),
                UnitQuestion { unit: unit() }.into(),
                ProcessesQuestion { unit: unit() }.into(),
                BootQuestion { unit: unit() }.into(),
            ]
        );
    }

    #[test]
    fn programs_come_last_and_the_twin_is_asked_what_a_boot_changes() {
        let run = vec!["true".to_owned()];
        let command = CommandCheck { run: run.clone(), exit: 0, stdout_contains: None, run_as: RunAs::Root };
        let file = |path: &str| {
            let contains = Some("x".to_owned());
            Kind::File(FileCheck { path: path.into(), contains, unwritable: true, ..FileCheck::default() })
        };
        let lab = lab(vec![
            check("run", Kind::Command(command)),
            check("file", file("/etc/x")),
            check("volatile", file("/run/x")),
            check("port", Kind::Listens(Listens { port: 80, protocol: Protocol::Tcp, address: None })),
            check("get", Kind::Http { port: 80, path: "/".into(), status: 200, contains: None }),
        ]);
        let asked = questions(&lab);
        assert_eq!(asked.last(), Some(&CommandQuestion { run, run_as: RunAs::Root }.into()));
        let unit = || String::from("sre-app.service");
        assert!(asked.contains(&FileQuestion { unit: unit(), path: "/run/x".into(), text: Some("x".into()) }.into()));
        assert_eq!(
            twin_questions(&lab),
            [
                SystemQuestion {}.into(),
                UnitQuestion { unit: unit() }.into(),
                AccountQuestion { unit: unit() }.into(),
                FileQuestion { unit: unit(), path: "/etc/x".into(), text: None }.into(),
            ]
        );
        assert!(is_volatile("/run") && is_volatile("/tmp/x") && !is_volatile("/runner/x") && !is_volatile("/etc"));
    }
}
