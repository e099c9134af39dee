//! The machine that this process runs on: its manager through `systemctl`, its processes through /proc, its files.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    AccountFact, AnswerSet, BootFact, DetailsFact, FilesFact, HttpFact, HttpOutcome, HttpQuestion, ListensFact,
    ListensQuestion, PerformedTrial, PortOwner, ProcessesFact, Question, StabilityFact, StabilityQuestion, SystemFact,
    Trial, TypedQuestion, UnitFact, Unknown,
};

use super::Machine;
use crate::machine::accounts::account::account;
use crate::machine::accounts::passwd::Accounts;
use crate::machine::files::file;
use crate::machine::files::unit_file::files;
use crate::machine::journal::{self, Journal};
use crate::machine::processes::command::run_program;
use crate::machine::processes::process::details;
use crate::machine::processes::walk::{self as processes, ProcessInfo};
use crate::machine::sockets::{listens as sockets, retry_young};
use crate::machine::topic::{is_about_processes, unit_of};
use crate::machine::trials::kill;
use crate::machine::units::boot::{self, boot};
use crate::machine::units::failure::failure;
use crate::machine::units::ordering_cycle as ordering;
use crate::machine::units::stability;
use crate::machine::units::systemctl::{Systemctl, Units, is_booted};
use crate::machine::units::unit_name::UnitName;
use crate::machine::unknown::unknown;
use crate::machine::view::View;
use crate::machine::wire::MAX_QUESTIONS;

const DEFAULT_TARGET: &str = "default.target";
/// The search path of systemd.unit(5), for a manager that does not answer.
const UNIT_PATH: &str = "/etc/systemd/system.control /run/systemd/system.control /run/systemd/transient \
    /run/systemd/generator.early /etc/systemd/system /etc/systemd/system.attached /run/systemd/system \
    /run/systemd/system.attached /run/systemd/generator /usr/local/lib/systemd/system /usr/lib/systemd/system \
    /run/systemd/generator.late";

/// The machine that this process runs on, or whose namespaces it has entered.
#[derive(Debug)]
pub struct LocalMachine {
    systemctl: Result<Systemctl, Unknown>,
}

impl LocalMachine {
    /// Looks for systemctl. Without it, every answer is unknown.
    #[must_use]
    pub fn new() -> Self {
        Self { systemctl: Systemctl::find() }
    }
}

impl Default for LocalMachine {
    fn default() -> Self {
        Self::new()
    }
}

impl Machine for LocalMachine {
    fn ask(&mut self, questions: &[Question]) -> AnswerSet {
        if questions.len() > MAX_QUESTIONS {
            return AnswerSet::unknown(questions, &unknown(format!("more than {MAX_QUESTIONS} questions at once")));
        }
        match &self.systemctl {
            Ok(_) if questions.is_empty() => AnswerSet::default(),
            Ok(systemctl) => Batch::observe(systemctl, questions).answers(questions),
            Err(missing) => AnswerSet::unknown(questions, missing),
        }
    }

    fn perform(&mut self, trials: &[Trial]) -> Vec<PerformedTrial> {
        let perform = |trial: &Trial| match trial {
            Trial::Kill(trial) => trial.answered(match &self.systemctl {
                Ok(systemctl) => kill::kill(systemctl, &trial.unit, trial.within_ms, trial.on),
                Err(missing) => Err(missing.clone()),
            }),
        };
        trials.iter().take(MAX_QUESTIONS).map(perform).collect()
    }
}

/// What a batch of questions reads once and shares.
struct Batch<'a> {
    view: View,
    systemctl: &'a Systemctl,
    manager: Result<UnitFact, Unknown>,
    units: Units,
    stability: BTreeMap<StabilityQuestion, Result<StabilityFact, Unknown>>,
    processes: Result<Vec<ProcessInfo>, Unknown>,
    accounts: Accounts,
    /// By unit and port.
    owners: BTreeMap<(String, u16), PortOwner>,
    listeners: BTreeMap<ListensQuestion, Result<ListensFact, Unknown>>,
    journal: Journal,
}

impl<'a> Batch<'a> {
    /// Watches units for as long as the questions ask, then reads everything else at once. Sends no GET yet: a GET can
    /// start the service of a socket unit.
    fn observe(systemctl: &'a Systemctl, questions: &[Question]) -> Self {
        let wants = |wanted: fn(&Question) -> bool| questions.iter().any(wanted);
        let mut names: BTreeSet<UnitName> =
            questions.iter().filter_map(unit_of).filter_map(|unit| UnitName::parse(unit).ok()).collect();
        if wants(|question| matches!(question, Question::System(_) | Question::Boot(_))) {
            names.extend(UnitName::parse(DEFAULT_TARGET));
        }
        let names: Vec<UnitName> = names.into_iter().collect();
        let view = View::live();
        let asked_at = stability::now_micros();
        // Two programs, which run at the same time.
        let (mut units, manager) = systemctl.show_units_beside(&names, &[], || systemctl.show_manager());
        let stability = watch(systemctl, questions, &names, &mut units, asked_at);
        let processes = if wants(is_about_processes) {
            processes::walk(&view, &units.values().flatten().collect::<Vec<_>>())
        } else {
            Ok(Vec::new())
        };
        let accounts = if wants(|question| matches!(question, Question::Processes(_))) {
            Accounts::read(&view)
        } else {
            Accounts::default()
        };
        let (owners, listeners, journal) = (BTreeMap::new(), BTreeMap::new(), Journal::default());
        let mut batch =
            Self { view, systemctl, manager, units, stability, processes, accounts, owners, listeners, journal };
        for question in questions {
            match question {
                Question::Http(asked) => {
                    let at = (asked.unit.clone(), asked.port);
                    if !batch.owners.contains_key(&at) {
                        let owner = batch.owner(asked);
                        batch.owners.insert(at, owner);
                    }
                }
                Question::Listens(asked) => {
                    batch.listeners.insert(asked.clone(), batch.listeners(asked));
                }
                _ => {}
            }
        }
        batch
    }

    fn answers(self, questions: &[Question]) -> AnswerSet {
        let answer = |question: &Question| match question {
            Question::System(asked) => asked.answered(self.system()),
            Question::Unit(asked) => asked.answered(self.unit(&asked.unit).cloned()),
            Question::Files(asked) => asked.answered(self.files(&asked.unit)),
            Question::Processes(asked) => asked.answered(self.processes_of(&asked.unit)),
            Question::Boot(asked) => asked.answered(self.boot(&asked.unit)),
            Question::Stability(asked) => asked.answered(
                self.stability.get(asked).cloned().unwrap_or_else(|| Err(unknown("the unit was not watched"))),
            ),
            Question::Failure(asked) => {
                asked.answered(self.unit(&asked.unit).map(|unit| failure(&self.view, &self.journal, unit)))
            }
            Question::Http(asked) => asked.answered(self.http(asked)),
            Question::Listens(asked) => asked.answered(
                self.listeners.get(asked).cloned().unwrap_or_else(|| Err(unknown("the port was not probed"))),
            ),
            Question::Details(asked) => asked.answered(self.details(&asked.unit, asked.directory.as_deref())),
            Question::Account(asked) => asked.answered(self.account(&asked.unit)),
            // A path needs no manager.
            Question::File(asked) => {
                asked.answered(file::file(&self.view, &asked.path, asked.text.as_deref(), self.unit(&asked.unit).ok()))
            }
            Question::Journal(asked) => {
                let unit = self.unit(&asked.unit);
                asked.answered(unit.and_then(|unit| journal::search(&self.journal, unit, &asked.text, asked.since)))
            }
            Question::Command(asked) => {
                self.journal.invalidate();
                asked.answered(run_program(&self.view, self.systemctl, &asked.run, asked.run_as))
            }
        };
        questions.iter().map(answer).collect()
    }

    /// Sends a GET. The owner of the port is the one before the first GET, if that one is known.
    fn http(&self, asked: &HttpQuestion) -> Result<HttpFact, Unknown> {
        let HttpQuestion { unit, port, path } = asked;
        let owner = self.owners.get(&(unit.clone(), *port)).cloned().unwrap_or(PortOwner::Unknown);
        self.processes.as_ref().map_err(Clone::clone)?;
        self.journal.invalidate();
        let (outcome, again) = retry_young::get(&self.view, *port, path, self.unit(unit)?)?;
        let later_owner = match owner {
            // A GET starts the service behind a socket unit.
            PortOwner::Other { pid: 1, .. } => {
                self.current_owner(unit, *port).filter(|owner| matches!(owner, PortOwner::Unit { .. }))
            }
            // Nothing listened before the GET, so the listener is new.
            PortOwner::NoListener if outcome != HttpOutcome::Refused => self.current_owner(unit, *port),
            _ if again => self.current_owner(unit, *port),
            _ => None,
        };
        Ok(HttpFact { outcome, owner: later_owner.unwrap_or(owner) })
    }

    fn unit(&self, unit: &str) -> Result<&UnitFact, Unknown> {
        match self.units.get(&UnitName::parse(unit)?) {
            Some(Ok(fact)) => Ok(fact),
            Some(Err(unknown)) => Err(unknown.clone()),
            None => Err(unknown(format!("the properties of {unit} were not read"))),
        }
    }

    fn system(&self) -> Result<SystemFact, Unknown> {
        let manager = self.manager.as_ref().map_err(Clone::clone)?;
        Ok(SystemFact {
            version: manager.get("Version").to_owned(),
            state: manager.get("SystemState").to_owned(),
            default_target: self.unit(DEFAULT_TARGET)?.get("Id").to_owned(),
        })
    }

    fn files(&self, unit: &str) -> Result<FilesFact, Unknown> {
        let unit_path = match &self.manager {
            Ok(manager) => manager.get("UnitPath"),
            // The disk can be read while the manager hangs.
            Err(_) if is_booted(&self.view) => UNIT_PATH,
            Err(unknown) => return Err(unknown.clone()),
        };
        Ok(files(&self.view, &UnitName::parse(unit)?, unit_path, self.unit(unit).ok()))
    }

    fn processes_of(&self, unit: &str) -> Result<ProcessesFact, Unknown> {
        let all = self.processes.as_ref().map_err(Clone::clone)?;
        Ok(processes::unit_processes(all, self.unit(unit)?, &self.accounts))
    }

    fn boot(&self, unit: &str) -> Result<BootFact, Unknown> {
        let default_target = self.unit(DEFAULT_TARGET)?.get("Id");
        let unit = self.unit(unit)?;
        let mut fact = boot(unit, default_target, |units| self.boot_properties(units))?;
        if !fact.chain.is_empty() && boot::was_never_started(unit) {
            fact.cycle = ordering::cycle(unit, |units| self.systemctl.show_units(units, &ordering::PROPERTIES));
        }
        if let Ok(manager) = self.manager.as_ref().map(|manager| manager.get("UnitPath"))
            && fact.chain.is_empty()
        {
            fact.unread = boot::unread_links(&self.view, unit, manager, &fact.pullers);
        }
        Ok(fact)
    }

    /// Properties of these units for the walk to the default target. Units of this batch are not asked for again.
    fn boot_properties(&self, names: &[UnitName]) -> Units {
        let seen = |name: &UnitName| self.units.values().flatten().find(|fact| boot::has_name(fact, name.as_str()));
        let unseen: Vec<UnitName> = names.iter().filter(|name| seen(name).is_none()).cloned().collect();
        let mut units = self.systemctl.show_units(&unseen, &boot::PROPERTIES);
        units.extend(names.iter().filter_map(|name| Some((name.clone(), Ok(seen(name)?.clone())))));
        units
    }

    /// The process that listens on the port now.
    fn current_owner(&self, unit: &str, port: u16) -> Option<PortOwner> {
        let name = UnitName::parse(unit).ok()?;
        let units = self.systemctl.show_units(std::slice::from_ref(&name), &["Id", "ControlGroup"]);
        let now = units.get(&name)?.as_ref().ok()?;
        Some(sockets::owner(&self.view, port, now, &processes::walk(&self.view, &[now]).ok()?))
    }

    fn details(&self, unit: &str, directory: Option<&str>) -> Result<DetailsFact, Unknown> {
        let all = self.processes.as_ref().map_err(Clone::clone)?;
        Ok(details(&self.view, all, self.unit(unit)?, directory))
    }

    fn account(&self, unit: &str) -> Result<AccountFact, Unknown> {
        let all = self.processes.as_ref().map_err(Clone::clone)?;
        account(&self.view, self.unit(unit)?, &self.details(unit, None)?.processes, all)
    }

    fn listeners(&self, asked: &ListensQuestion) -> Result<ListensFact, Unknown> {
        let (unit, all) = (self.unit(&asked.unit)?, self.processes.as_ref().map_err(Clone::clone)?);
        let sockets = unit.list("TriggeredBy").into_iter().filter(|name| name.ends_with(".socket"));
        let sockets: Vec<UnitName> = sockets.filter_map(|name| UnitName::parse(name).ok()).collect();
        let units = self.systemctl.show_units(&sockets, &sockets::PROPERTIES);
        let sockets = units.into_values().collect::<Result<Vec<_>, _>>()?;
        let at = (asked.protocol, asked.port);
        let look = || sockets::listeners(&self.view, at, unit, all, &sockets);
        let (fact, again) = retry_young::retry(&self.view, unit, look, |fact: &ListensFact| fact.listeners.is_empty())?;
        // The listener may be newer than the list of processes.
        if again {
            sockets::listeners(&self.view, at, unit, &processes::walk(&self.view, &[unit])?, &sockets)
        } else {
            Ok(fact)
        }
    }

    fn owner(&self, asked: &HttpQuestion) -> PortOwner {
        if let (Ok(unit), Ok(processes)) = (self.unit(&asked.unit), &self.processes) {
            sockets::owner(&self.view, asked.port, unit, processes)
        } else {
            PortOwner::Unknown
        }
    }
}

fn watch(
    systemctl: &Systemctl,
    questions: &[Question],
    names: &[UnitName],
    units: &mut Units,
    asked_at: u64,
) -> BTreeMap<StabilityQuestion, Result<StabilityFact, Unknown>> {
    let mut watched = BTreeMap::new();
    let mut wanted = Vec::new();
    for question in questions {
        let Question::Stability(question) = question else { continue };
        match UnitName::parse(&question.unit) {
            Ok(unit) => wanted.push((question, unit)),
            Err(unknown) => _ = watched.insert(question.clone(), Err(unknown)),
        }
    }
    let windows: Vec<(&UnitName, u64)> = wanted.iter().map(|(question, unit)| (unit, question.window_ms)).collect();
    let facts = stability::watch(&windows, units, asked_at, || systemctl.show_units(names, &[]));
    watched.extend(wanted.iter().map(|(question, _)| (*question).clone()).zip(facts));
    watched
}

#[cfg(test)]
mod tests {
    use super::{LocalMachine, Machine, PerformedTrial, Question, unknown};
    use crate::model::{
        Answer, FilesQuestion, HttpQuestion, KillTrial, StabilityQuestion, SystemQuestion, TrialMachine,
    };

    #[test]
    fn without_systemctl_every_answer_is_unknown() {
        let mut machine = LocalMachine { systemctl: Err(unknown("there is no systemctl here")) };
        let unit = || "a.service".to_owned();
        let questions = [
            SystemQuestion {}.into(),
            FilesQuestion { unit: unit() }.into(),
            HttpQuestion { unit: unit(), port: 8000, path: "/".into() }.into(),
            StabilityQuestion { unit: unit(), window_ms: 10 }.into(),
        ];
        let answers = machine.ask(&questions);
        assert_eq!(answers.entries.len(), questions.len());
        for answered in answers.entries {
            let (_, answer): (Question, Answer) = answered.into();
            assert_eq!(answer.unwrap_err().reason, "there is no systemctl here");
        }
        let kill = KillTrial { unit: unit(), within_ms: 1, on: TrialMachine::Live };
        let [PerformedTrial::Kill(_, answer)] = &machine.perform(&[kill.into()])[..] else { panic!("one trial") };
        assert_eq!(answer.as_ref().unwrap_err().reason, "there is no systemctl here");
    }
}
