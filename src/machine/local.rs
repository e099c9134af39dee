//! This machine: its service manager through `systemctl`, its processes and sockets through /proc, its files.

use std::collections::BTreeSet;

use crate::model::{
    Answer, DetailsFact, Fact, HttpFact, HttpOutcome, ListensFact, PortOwner, Question, SystemFact, Trial, UnitFact,
    Unknown,
};

use super::Machine;
use crate::machine::accounts::account::account;
use crate::machine::accounts::passwd::Accounts;
use crate::machine::files::file;
use crate::machine::files::unit_file::files;
use crate::machine::journal::{self, Journal};
use crate::machine::processes::command::program;
use crate::machine::processes::process::details;
use crate::machine::processes::walk::{self as processes, ProcessInfo};
use crate::machine::sockets::{listens as sockets, retry_young};
use crate::machine::topic::{is_about_processes, unit_of};
use crate::machine::trials::kill;
use crate::machine::units::boot::{self, boot};
use crate::machine::units::failure::failure;
use crate::machine::units::ordering_cycle as ordering;
use crate::machine::units::stability;
use crate::machine::units::systemctl::{Shown, Systemctl, is_booted};
use crate::machine::units::unit_name::UnitName;
use crate::machine::unknown::unknown;
use crate::machine::view::View;
use crate::machine::wire::MOST_QUESTIONS;

/// The unit name that every boot starts from.
const DEFAULT_TARGET: &str = "default.target";
/// The search path of systemd.unit(5), for when the manager does not tell its own.
const UNIT_PATH: &str = "/etc/systemd/system.control /run/systemd/system.control /run/systemd/transient \
    /run/systemd/generator.early /etc/systemd/system /etc/systemd/system.attached /run/systemd/system \
    /run/systemd/system.attached /run/systemd/generator /usr/local/lib/systemd/system /usr/lib/systemd/system \
    /run/systemd/generator.late";

/// The machine that this process runs on, or whose namespaces it has entered.
#[derive(Debug)]
pub struct Here {
    systemctl: Result<Systemctl, Unknown>,
}

impl Here {
    /// Looks for what it asks with. Where that is missing, every answer says so.
    #[must_use]
    pub fn new() -> Self {
        Self { systemctl: Systemctl::find() }
    }
}

impl Default for Here {
    fn default() -> Self {
        Self::new()
    }
}

impl Machine for Here {
    fn ask(&mut self, questions: &[Question]) -> Vec<Answer> {
        let all = |unknown: Unknown| vec![Err(unknown); questions.len()];
        if questions.len() > MOST_QUESTIONS {
            return all(unknown(format!("more than {MOST_QUESTIONS} questions at once")));
        }
        match &self.systemctl {
            Ok(systemctl) => Batch::look(systemctl, questions).answers(questions),
            Err(missing) => all(missing.clone()),
        }
    }

    fn try_out(&mut self, trials: &[Trial]) -> Vec<Answer> {
        let perform = |trial: &Trial| match (&self.systemctl, trial) {
            (Err(missing), _) => Err(missing.clone()),
            (Ok(systemctl), Trial::Kill { unit, within_ms, on }) => {
                kill::kill(systemctl, unit, *within_ms, *on).map(Fact::Kill)
            }
        };
        trials.iter().take(MOST_QUESTIONS).map(perform).collect()
    }
}

/// What one batch has found out, once for all its questions.
struct Batch<'a> {
    view: View,
    systemctl: &'a Systemctl,
    manager: Result<UnitFact, Unknown>,
    shown: Shown,
    stability: Vec<Answer>,
    processes: Result<Vec<ProcessInfo>, Unknown>,
    accounts: Accounts,
    owners: Vec<PortOwner>,
    listeners: Vec<Answer>,
    journal: Journal,
}

impl<'a> Batch<'a> {
    /// Looks at everything, in this order: units are watched as long as questions want it, then all the rest is seen
    /// in one moment. Nothing is probed yet, since a probe can start a socket's service.
    fn look(systemctl: &'a Systemctl, questions: &[Question]) -> Self {
        let wants = |wanted: fn(&Question) -> bool| questions.iter().any(wanted);
        let mut units: BTreeSet<UnitName> =
            questions.iter().filter_map(unit_of).filter_map(|unit| UnitName::parse(unit).ok()).collect();
        if wants(|question| matches!(question, Question::System | Question::Boot { .. })) {
            units.extend(UnitName::parse(DEFAULT_TARGET));
        }
        let units: Vec<UnitName> = units.into_iter().collect();
        let view = View::live();
        let asked = stability::now_micros();
        let (manager, mut shown) = systemctl.manager(|| systemctl.units(&units, &[]));
        let stability = watch(systemctl, questions, &units, &mut shown, asked);
        let processes = if wants(is_about_processes) {
            processes::walk(&view, &shown.values().flatten().collect::<Vec<_>>())
        } else {
            Ok(Vec::new())
        };
        let accounts = if wants(|question| matches!(question, Question::Processes { .. })) {
            Accounts::read(&view)
        } else {
            Accounts::default()
        };
        let (owners, listeners) = (Vec::new(), Vec::new());
        let mut batch = Self {
            view,
            systemctl,
            manager,
            shown,
            stability,
            processes,
            accounts,
            owners,
            listeners,
            journal: Journal::default(),
        };
        batch.owners = questions.iter().filter_map(|question| batch.owner(question)).collect();
        batch.listeners = questions.iter().filter_map(|question| batch.listeners_of(question)).collect();
        batch
    }

    fn answers(self, questions: &[Question]) -> Vec<Answer> {
        let (mut stability, mut owners, mut listeners) =
            (self.stability.iter(), self.owners.iter(), self.listeners.iter());
        let answer = |question: &Question| match question {
            Question::System => self.system(),
            Question::Unit { unit } => self.unit(unit).map(|fact| Fact::Unit(fact.clone())),
            Question::Files { unit } => self.files(unit),
            Question::Processes { unit } => self.of_unit(unit),
            Question::Boot { unit } => self.boot(unit),
            Question::Stability { .. } => {
                stability.next().cloned().unwrap_or_else(|| Err(unknown("this unit was not watched")))
            }
            Question::Failure { unit } => {
                self.unit(unit).map(|unit| Fact::Failure(failure(&self.view, &self.journal, unit)))
            }
            Question::Http { unit, port, path } => {
                // The owner was looked up for every port before the first probe.
                let owner = owners.next().cloned().unwrap_or(PortOwner::Unseen);
                self.processes.as_ref().map_err(Clone::clone)?;
                self.journal.invalidate();
                let (outcome, again) = retry_young::get(&self.view, *port, path, self.unit(unit)?)?;
                let heir = match owner {
                    // A GET starts the service behind a socket unit.
                    PortOwner::Other { pid: 1, .. } => {
                        self.owner_now(unit, *port).filter(|owner| matches!(owner, PortOwner::Unit { .. }))
                    }
                    // Nobody did when all was looked at: whoever answers has come since.
                    PortOwner::Nobody if outcome != HttpOutcome::Refused => self.owner_now(unit, *port),
                    _ if again => self.owner_now(unit, *port),
                    _ => None,
                };
                let owner = heir.unwrap_or(owner);
                Ok(Fact::Http(HttpFact { outcome, owner }))
            }
            Question::Listens { .. } => listeners.next().cloned().unwrap_or_else(|| Err(unknown("nobody looked"))),
            Question::Details { unit, folder } => self.details(unit, folder.as_deref()).map(Fact::Details),
            Question::Account { unit } => self.account(unit),
            // A path is there or not, whatever the manager says.
            Question::File { unit, path, text } => {
                file::file(&self.view, path, text.as_deref(), self.unit(unit).ok()).map(Fact::File)
            }
            Question::Journal { unit, text, since } => {
                journal::search(&self.journal, self.unit(unit)?, text, *since).map(Fact::Journal)
            }
            Question::Command { run, run_as } => {
                self.journal.invalidate();
                program(&self.view, self.systemctl, run, *run_as).map(Fact::Command)
            }
        };
        questions.iter().map(answer).collect()
    }

    fn unit(&self, unit: &str) -> Result<&UnitFact, Unknown> {
        match self.shown.get(&UnitName::parse(unit)?) {
            Some(Ok(fact)) => Ok(fact),
            Some(Err(unknown)) => Err(unknown.clone()),
            None => Err(unknown(format!("{unit} was not looked at"))),
        }
    }

    fn system(&self) -> Answer {
        let manager = self.manager.as_ref().map_err(Clone::clone)?;
        Ok(Fact::System(SystemFact {
            version: manager.get("Version").to_owned(),
            state: manager.get("SystemState").to_owned(),
            default_target: self.unit(DEFAULT_TARGET)?.get("Id").to_owned(),
        }))
    }

    fn files(&self, unit: &str) -> Answer {
        let unit_path = match &self.manager {
            Ok(manager) => manager.get("UnitPath"),
            // The disk can be read even where the manager hangs over what it read there.
            Err(_) if is_booted(&self.view) => UNIT_PATH,
            Err(unknown) => return Err(unknown.clone()),
        };
        Ok(Fact::Files(files(&self.view, &UnitName::parse(unit)?, unit_path, self.unit(unit).ok())))
    }

    fn of_unit(&self, unit: &str) -> Answer {
        let all = self.processes.as_ref().map_err(Clone::clone)?;
        Ok(Fact::Processes(processes::of_unit(all, self.unit(unit)?, &self.accounts)))
    }

    fn boot(&self, unit: &str) -> Answer {
        let default_target = self.unit(DEFAULT_TARGET)?.get("Id");
        let unit = self.unit(unit)?;
        let mut fact = boot(unit, default_target, |units| self.look_up(units))?;
        if !fact.chain.is_empty() && boot::is_untried(unit) {
            fact.cycle = ordering::cycle(unit, |units| self.systemctl.units(units, &ordering::PROPERTIES));
        }
        if let Ok(manager) = self.manager.as_ref().map(|manager| manager.get("UnitPath"))
            && fact.chain.is_empty()
        {
            fact.unread = boot::unread(&self.view, unit, manager, &fact.pullers);
        }
        Ok(Fact::Boot(fact))
    }

    /// What a boot's walk needs of these units; those that were shown already, under any of their names, are not asked for.
    fn look_up(&self, units: &[UnitName]) -> Shown {
        let seen = |name: &UnitName| self.shown.values().flatten().find(|fact| boot::is(fact, name.as_str()));
        let unseen: Vec<UnitName> = units.iter().filter(|name| seen(name).is_none()).cloned().collect();
        let mut shown = self.systemctl.units(&unseen, &boot::PROPERTIES);
        shown.extend(units.iter().filter_map(|name| Some((name.clone(), Ok(seen(name)?.clone())))));
        shown
    }

    /// Who listens by now.
    fn owner_now(&self, unit: &str, port: u16) -> Option<PortOwner> {
        let name = UnitName::parse(unit).ok()?;
        let shown = self.systemctl.units(std::slice::from_ref(&name), &["Id", "ControlGroup"]);
        let now = shown.get(&name)?.as_ref().ok()?;
        Some(sockets::owner(&self.view, port, now, &processes::walk(&self.view, &[now]).ok()?))
    }

    fn details(&self, unit: &str, folder: Option<&str>) -> Result<DetailsFact, Unknown> {
        let all = self.processes.as_ref().map_err(Clone::clone)?;
        Ok(details(&self.view, all, self.unit(unit)?, folder))
    }

    fn account(&self, unit: &str) -> Answer {
        let all = self.processes.as_ref().map_err(Clone::clone)?;
        account(&self.view, self.unit(unit)?, &self.details(unit, None)?.processes, all).map(Fact::Account)
    }

    fn listeners_of(&self, question: &Question) -> Option<Answer> {
        let Question::Listens { unit, protocol, port } = question else { return None };
        let answer = || {
            let (unit, all) = (self.unit(unit)?, self.processes.as_ref().map_err(Clone::clone)?);
            let sockets = unit.list("TriggeredBy").into_iter().filter(|name| name.ends_with(".socket"));
            let sockets: Vec<UnitName> = sockets.filter_map(|name| UnitName::parse(name).ok()).collect();
            let shown = self.systemctl.units(&sockets, &sockets::PROPERTIES);
            let sockets = shown.into_values().collect::<Result<Vec<_>, _>>()?;
            let at = (*protocol, *port);
            let look = || sockets::listeners(&self.view, at, unit, all, &sockets);
            let (fact, again) =
                retry_young::patiently(&self.view, unit, look, |fact: &ListensFact| fact.listeners.is_empty())?;
            // Whoever listens by now may be younger than the list of processes.
            let fact = if again {
                sockets::listeners(&self.view, at, unit, &processes::walk(&self.view, &[unit])?, &sockets)?
            } else {
                fact
            };
            Ok(Fact::Listens(fact))
        };
        Some(answer())
    }

    fn owner(&self, question: &Question) -> Option<PortOwner> {
        let Question::Http { unit, port, .. } = question else { return None };
        let seen = (self.unit(unit), &self.processes);
        Some(if let (Ok(unit), Ok(processes)) = seen {
            sockets::owner(&self.view, *port, unit, processes)
        } else {
            PortOwner::Unseen
        })
    }
}

fn watch(
    systemctl: &Systemctl,
    questions: &[Question],
    units: &[UnitName],
    shown: &mut Shown,
    asked: u64,
) -> Vec<Answer> {
    let wanted: Vec<Result<(UnitName, u64), Unknown>> = questions
        .iter()
        .filter_map(|question| match question {
            Question::Stability { unit, window_ms } => Some(UnitName::parse(unit).map(|unit| (unit, *window_ms))),
            _ => None,
        })
        .collect();
    let windows: Vec<(&UnitName, u64)> = wanted.iter().flatten().map(|(unit, window)| (unit, *window)).collect();
    let mut facts = stability::watch(&windows, shown, asked, || systemctl.units(units, &[])).into_iter();
    let mut next = || facts.next().unwrap_or_else(|| Err(unknown("this unit was not watched")));
    wanted
        .iter()
        .map(|wanted| wanted.as_ref().map_err(Clone::clone).and_then(|_| next()).map(Fact::Stability))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Here, Machine, Question, Trial, unknown};
    use crate::model::Ground;

    #[test]
    fn without_systemctl_every_answer_says_so() {
        let mut here = Here { systemctl: Err(unknown("there is no systemctl here")) };
        let unit = || "a.service".to_owned();
        let questions = [
            Question::System,
            Question::Files { unit: unit() },
            Question::Http { unit: unit(), port: 8000, path: "/".into() },
            Question::Stability { unit: unit(), window_ms: 10 },
        ];
        for answer in here.ask(&questions) {
            assert_eq!(answer.unwrap_err().reason, "there is no systemctl here");
        }
        let kill = Trial::Kill { unit: unit(), within_ms: 1, on: Ground::Live };
        assert_eq!(here.try_out(&[kill])[0].as_ref().unwrap_err().reason, "there is no systemctl here");
    }
}
