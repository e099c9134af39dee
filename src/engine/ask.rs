//! The questions and trials of a lab, for the learner's machine and for its twin.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    AccountQuestion, AnswerCheck, AnswerSource, BootQuestion, Check, CommandCheck, CommandQuestion, DetailsQuestion,
    FailureQuestion, FileQuestion, FilesQuestion, HttpQuestion, JournalCheck, JournalQuestion, KillTrial, Kind, Lab,
    Listens, ListensQuestion, ProcessesQuestion, Question, RunAs, StabilityQuestion, SystemQuestion, Trial,
    TrialMachine, UnitQuestion,
};

/// The questions for the learner's machine, each once.
///
/// A machine answers them in this order: state, then watch windows, then HTTP, because a GET can start a
/// socket-activated service. Commands come last, because they can do anything.
#[must_use]
pub fn questions(lab: &Lab) -> Vec<Question> {
    batch(lab, questions_for_learner)
}

/// The questions for the twin, each once: what its manager has loaded, what runs, and what pulled the unit in.
#[must_use]
pub fn twin_questions(lab: &Lab) -> Vec<Question> {
    batch(lab, questions_for_twin)
}

/// The trials: one per unit, because each kill counts against the start limit.
#[must_use]
pub fn trials(lab: &Lab, on: TrialMachine) -> Vec<Trial> {
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

fn batch(lab: &Lab, questions_of: impl Fn(&Check) -> Vec<Question>) -> Vec<Question> {
    let asked: BTreeSet<Question> =
        lab.checks.iter().flat_map(questions_of).chain([SystemQuestion {}.into()]).collect();
    asked.into_iter().collect()
}

fn questions_for_learner(check: &Check) -> Vec<Question> {
    let unit = || check.unit.clone();
    let mut asked = vec![UnitQuestion { unit: unit() }.into(), FilesQuestion { unit: unit() }.into()];
    if needs_running_unit(&check.kind) {
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
        Kind::Listens(parameters) => asked.push(listens(&check.unit, parameters).into()),
        Kind::Process(parameters) => asked.push(details(&check.unit, parameters.cwd.as_deref()).into()),
        Kind::Account(_) => asked.push(AccountQuestion { unit: unit() }.into()),
        Kind::File(parameters) => {
            asked.push(file(&check.unit, &parameters.path, parameters.contains.as_deref()).into());
            if parameters.unwritable {
                asked.push(details(&check.unit, None).into());
                asked.push(AccountQuestion { unit: unit() }.into());
            }
        }
        Kind::Journal(parameters) => asked.push(journal(&check.unit, parameters).into()),
        Kind::Command(parameters) => asked.push(command(parameters).into()),
        Kind::Answer(parameters) => asked.extend(truth(parameters).map(Question::from)),
    }
    asked
}

/// Whether the check fails if the unit does not run. Then the reason is asked, too.
fn needs_running_unit(kind: &Kind) -> bool {
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

fn questions_for_twin(check: &Check) -> Vec<Question> {
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
        Kind::Process(parameters) => {
            vec![UnitQuestion { unit: unit() }.into(), details(&check.unit, parameters.cwd.as_deref()).into()]
        }
        Kind::Account(_) => vec![UnitQuestion { unit: unit() }.into(), AccountQuestion { unit: unit() }.into()],
        Kind::File(parameters) => {
            let mut asked = vec![UnitQuestion { unit: unit() }.into()];
            if !is_volatile(&parameters.path) {
                // Without the text, because the service may still be writing it.
                asked.push(file(&check.unit, &parameters.path, None).into());
            }
            if parameters.unwritable {
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

/// The question of an `active` check, and of a `survives-reboot` check for the twin.
pub(crate) fn stability(unit: &str, hold: crate::model::TimeSpan) -> StabilityQuestion {
    StabilityQuestion { unit: unit.to_owned(), window_ms: hold.as_micros() / 1_000 }
}

/// The question of an `http` check.
pub(crate) fn http(unit: &str, port: u16, path: &str) -> HttpQuestion {
    HttpQuestion { unit: unit.to_owned(), port, path: path.to_owned() }
}

/// The question of a `listens` check.
pub(crate) fn listens(unit: &str, check: &Listens) -> ListensQuestion {
    ListensQuestion { unit: unit.to_owned(), protocol: check.protocol, port: check.port }
}

/// The question of a `process` check.
pub(crate) fn details(unit: &str, directory: Option<&str>) -> DetailsQuestion {
    DetailsQuestion { unit: unit.to_owned(), directory: directory.map(str::to_owned) }
}

/// The question of a `file` check.
pub(crate) fn file(unit: &str, path: &str, text: Option<&str>) -> FileQuestion {
    FileQuestion { unit: unit.to_owned(), path: path.to_owned(), text: text.map(str::to_owned) }
}

/// The question of a `journal` check.
pub(crate) fn journal(unit: &str, check: &JournalCheck) -> JournalQuestion {
    JournalQuestion { unit: unit.to_owned(), text: check.text.clone(), since: check.since }
}

/// The question of a `command` check.
pub(crate) fn command(check: &CommandCheck) -> CommandQuestion {
    CommandQuestion { run: check.run.clone(), run_as: check.run_as }
}

/// The question of an `answer` check, if a command prints the right answer.
pub(crate) fn truth(check: &AnswerCheck) -> Option<CommandQuestion> {
    match &check.truth {
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
        FilesQuestion, HttpQuestion, KillTrial, Kind, Listens, ProcessesQuestion, Protocol, RestartPolicy, RunAs,
        StabilityQuestion, SystemQuestion, TimeSpan, TrialMachine, UnitQuestion,
    };

    #[test]
    fn each_unit_is_killed_once_and_the_twin_is_asked_what_survives_a_reboot() {
        let back = |seconds: u64| Kind::ComesBack { within: TimeSpan::from_micros(seconds * 1_000_000), again: false };
        let lab = lab(vec![
            check("quick", back(2)),
            check("slow", back(5)),
            check("boot", Kind::SurvivesReboot { hold: TimeSpan::from_micros(2_000_000) }),
        ]);
        let unit = || String::from("sre-app.service");
        for on in [TrialMachine::Live, TrialMachine::Twin] {
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
    fn each_question_is_asked_once_and_http_comes_last() {
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
    fn commands_come_last_and_the_twin_is_asked_what_a_boot_changes() {
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
