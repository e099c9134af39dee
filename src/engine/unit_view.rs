//! What the observations says about one unit, by layer.

use std::collections::BTreeMap;

use crate::model::{
    AccountFact, AnswerSet, BootFact, DetailsFact, Fact, FailureFact, FileFact, FilesFact, HttpFact, JournalFact,
    KillFact, ListensFact, Observations, ProcessesFact, ProgramFact, Question, StabilityFact, Trial, Trials, UnitFact,
    Unknown,
};

/// One unit, as the learner's machine and its twin have seen it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct UnitView<'a> {
    /// The unit's full name.
    pub(crate) unit: &'a str,
    live: &'a AnswerSet,
    twin: Option<&'a AnswerSet>,
    trials: &'a Trials,
    answers: &'a BTreeMap<String, String>,
}

impl<'a> UnitView<'a> {
    pub(crate) fn new(unit: &'a str, observations: &'a Observations) -> Self {
        Self {
            unit,
            live: &observations.live,
            twin: observations.twin.as_ref(),
            trials: &observations.trials,
            answers: &observations.answers,
        }
    }

    /// What was handed in for a check.
    pub(crate) fn answer(&self, check: &str) -> Option<&'a str> {
        self.answers.get(check).map(String::as_str)
    }

    /// What the learner's manager has loaded.
    pub(crate) fn loaded(&self) -> Result<&'a UnitFact, Unknown> {
        unit_fact(self.live, self.unit)
    }

    /// What a manager loads that has just read the disk. None without a twin, or where it could not be asked.
    pub(crate) fn reloaded(&self) -> Option<&'a UnitFact> {
        unit_fact(self.twin?, self.unit).ok()
    }

    pub(crate) fn files(&self) -> Result<&'a FilesFact, Unknown> {
        match self.live.answer(&Question::Files { unit: self.unit.to_owned() })? {
            Fact::Files(fact) => Ok(fact),
            _ => Err(misfit()),
        }
    }

    pub(crate) fn processes(&self) -> Result<&'a ProcessesFact, Unknown> {
        processes_fact(self.live, self.unit)
    }

    /// The processes that a fresh boot has started.
    pub(crate) fn rebooted_processes(&self) -> Option<&'a ProcessesFact> {
        processes_fact(self.twin?, self.unit).ok()
    }

    pub(crate) fn boot(&self) -> Result<&'a BootFact, Unknown> {
        boot_fact(self.live, self.unit)
    }

    /// What a fresh boot has pulled in.
    pub(crate) fn rebooted(&self) -> Option<&'a BootFact> {
        boot_fact(self.twin?, self.unit).ok()
    }

    pub(crate) fn stability(&self, question: &Question) -> Result<&'a StabilityFact, Unknown> {
        match self.live.answer(question)? {
            Fact::Stability(fact) => Ok(fact),
            _ => Err(misfit()),
        }
    }

    /// What tells why it failed on the learner's machine, where that was asked.
    pub(crate) fn failure(&self) -> Option<&'a FailureFact> {
        failure_fact(self.live, self.unit)
    }

    /// What tells why it failed on the freshly booted copy.
    pub(crate) fn rebooted_failure(&self) -> Option<&'a FailureFact> {
        failure_fact(self.twin?, self.unit)
    }

    pub(crate) fn http(&self, question: &Question) -> Result<&'a HttpFact, Unknown> {
        match self.live.answer(question)? {
            Fact::Http(fact) => Ok(fact),
            _ => Err(misfit()),
        }
    }

    pub(crate) fn listens(&self, question: &Question) -> Result<&'a ListensFact, Unknown> {
        match self.live.answer(question)? {
            Fact::Listens(fact) => Ok(fact),
            _ => Err(misfit()),
        }
    }

    pub(crate) fn details(&self, question: &Question) -> Result<&'a DetailsFact, Unknown> {
        details_fact(self.live, question)
    }

    /// The processes that a fresh boot has started, looked at closely.
    pub(crate) fn rebooted_details(&self, question: &Question) -> Option<&'a DetailsFact> {
        details_fact(self.twin?, question).ok()
    }

    pub(crate) fn account(&self) -> Result<&'a AccountFact, Unknown> {
        account_fact(self.live, self.unit)
    }

    /// The account that a fresh boot starts it as.
    pub(crate) fn rebooted_account(&self) -> Option<&'a AccountFact> {
        account_fact(self.twin?, self.unit).ok()
    }

    pub(crate) fn file(&self, question: &Question) -> Result<&'a FileFact, Unknown> {
        file_fact(self.live, question)
    }

    /// What is there after a fresh boot.
    pub(crate) fn rebooted_file(&self, question: &Question) -> Option<&'a FileFact> {
        file_fact(self.twin?, question).ok()
    }

    pub(crate) fn journal(&self, question: &Question) -> Result<&'a JournalFact, Unknown> {
        match self.live.answer(question)? {
            Fact::Journal(fact) => Ok(fact),
            _ => Err(misfit()),
        }
    }

    pub(crate) fn command(&self, question: &Question) -> Result<&'a ProgramFact, Unknown> {
        match self.live.answer(question)? {
            Fact::Command(fact) => Ok(fact),
            _ => Err(misfit()),
        }
    }

    /// Every port on which this unit was asked to answer, with what was found there.
    pub(crate) fn probes(&self) -> impl Iterator<Item = (u16, &'a HttpFact)> {
        self.live.entries.iter().filter_map(|(question, answer)| match (question, answer) {
            (Question::Http { unit, port, .. }, Ok(Fact::Http(fact))) if unit == self.unit => Some((*port, fact)),
            _ => None,
        })
    }

    /// The kill of this unit's main process. None where no trials were asked for.
    pub(crate) fn killed(&self) -> Option<Result<(&'a Trial, &'a KillFact), Unknown>> {
        let entries = match self.trials {
            Trials::NotRun => return None,
            Trials::Impossible(unknown) => return Some(Err(unknown.clone())),
            Trials::Done(entries) => entries,
        };
        let of_this = entries.iter().find(|(Trial::Kill { unit, .. }, _)| unit == self.unit);
        Some(match of_this {
            Some((trial, Ok(Fact::Kill(fact)))) => Ok((trial, fact)),
            Some((_, Err(unknown))) => Err(unknown.clone()),
            _ => Err(misfit()),
        })
    }

    /// How a copy has it that has just booted. None where no copy was asked for, or this place has none.
    pub(crate) fn stability_after_reboot(&self, question: &Question) -> Option<Result<&'a StabilityFact, Unknown>> {
        match (self.twin, self.trials) {
            (Some(twin), _) => Some(match twin.answer(question) {
                Ok(Fact::Stability(fact)) => Ok(fact),
                Ok(_) => Err(misfit()),
                Err(unknown) => Err(unknown),
            }),
            (None, Trials::Impossible(unknown)) => Some(Err(unknown.clone())),
            (None, _) => None,
        }
    }

    /// The command that shows a property as loaded.
    pub(crate) fn show(&self, properties: &str) -> String {
        format!("systemctl show {} -p {properties}", self.unit)
    }
}

fn unit_fact<'a>(sheet: &'a AnswerSet, unit: &str) -> Result<&'a UnitFact, Unknown> {
    match sheet.answer(&Question::Unit { unit: unit.to_owned() })? {
        // A manager that answers at all names the load state, even of a unit that does not exist.
        Fact::Unit(fact) if !fact.get("LoadState").is_empty() => Ok(fact),
        _ => Err(misfit()),
    }
}

fn processes_fact<'a>(sheet: &'a AnswerSet, unit: &str) -> Result<&'a ProcessesFact, Unknown> {
    match sheet.answer(&Question::Processes { unit: unit.to_owned() })? {
        Fact::Processes(fact) => Ok(fact),
        _ => Err(misfit()),
    }
}

fn boot_fact<'a>(sheet: &'a AnswerSet, unit: &str) -> Result<&'a BootFact, Unknown> {
    match sheet.answer(&Question::Boot { unit: unit.to_owned() })? {
        Fact::Boot(fact) => Ok(fact),
        _ => Err(misfit()),
    }
}

fn failure_fact<'a>(sheet: &'a AnswerSet, unit: &str) -> Option<&'a FailureFact> {
    match sheet.answer(&Question::Failure { unit: unit.to_owned() }) {
        Ok(Fact::Failure(fact)) => Some(fact),
        _ => None,
    }
}

fn details_fact<'a>(sheet: &'a AnswerSet, question: &Question) -> Result<&'a DetailsFact, Unknown> {
    match sheet.answer(question)? {
        Fact::Details(fact) => Ok(fact),
        _ => Err(misfit()),
    }
}

fn account_fact<'a>(sheet: &'a AnswerSet, unit: &str) -> Result<&'a AccountFact, Unknown> {
    match sheet.answer(&Question::Account { unit: unit.to_owned() })? {
        Fact::Account(fact) => Ok(fact),
        _ => Err(misfit()),
    }
}

fn file_fact<'a>(sheet: &'a AnswerSet, question: &Question) -> Result<&'a FileFact, Unknown> {
    match sheet.answer(question)? {
        Fact::File(fact) => Ok(fact),
        _ => Err(misfit()),
    }
}

fn misfit() -> Unknown {
    Unknown { reason: "the machine's answer does not fit the question".into(), remedy: String::new() }
}
