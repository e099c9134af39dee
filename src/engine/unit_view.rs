//! The observations of one unit, by layer.

use std::collections::BTreeMap;

use crate::model::{
    AccountFact, AccountQuestion, AnswerSet, AnsweredQuestion, BootFact, BootQuestion, FailureFact, FailureQuestion,
    FilesFact, FilesQuestion, HttpFact, HttpQuestion, KillFact, KillTrial, Observations, ProcessesFact,
    ProcessesQuestion, StabilityFact, StabilityQuestion, Trials, TypedQuestion, UnitFact, UnitQuestion, Unknown,
};

/// What the learner's machine and its twin answered about one unit.
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

    /// What the learner handed in for a check.
    pub(crate) fn answer(&self, check: &str) -> Option<&'a str> {
        self.answers.get(check).map(String::as_str)
    }

    /// What the learner's manager has loaded.
    pub(crate) fn loaded(&self) -> Result<&'a UnitFact, Unknown> {
        unit_fact(self.live, self.unit)
    }

    /// What the twin's manager has loaded from the disk. None without a twin, or if it did not answer.
    pub(crate) fn twin_loaded(&self) -> Option<&'a UnitFact> {
        unit_fact(self.twin?, self.unit).ok()
    }

    pub(crate) fn files(&self) -> Result<&'a FilesFact, Unknown> {
        self.live(&FilesQuestion { unit: self.unit.to_owned() })
    }

    pub(crate) fn processes(&self) -> Result<&'a ProcessesFact, Unknown> {
        self.live(&self.processes_question())
    }

    /// The processes on the twin.
    pub(crate) fn twin_processes(&self) -> Option<&'a ProcessesFact> {
        self.twin(&self.processes_question())
    }

    pub(crate) fn boot(&self) -> Result<&'a BootFact, Unknown> {
        self.live(&self.boot_question())
    }

    /// What the twin's boot pulled in.
    pub(crate) fn twin_boot(&self) -> Option<&'a BootFact> {
        self.twin(&self.boot_question())
    }

    /// Why it failed on the learner's machine. None if it was not asked.
    pub(crate) fn failure(&self) -> Option<&'a FailureFact> {
        self.live(&self.failure_question()).ok()
    }

    /// Why it failed on the twin.
    pub(crate) fn twin_failure(&self) -> Option<&'a FailureFact> {
        self.twin(&self.failure_question())
    }

    pub(crate) fn account(&self) -> Result<&'a AccountFact, Unknown> {
        self.live(&self.account_question())
    }

    /// The account that the twin starts it as.
    pub(crate) fn twin_account(&self) -> Option<&'a AccountFact> {
        self.twin(&self.account_question())
    }

    /// The answers of all HTTP questions about this unit, with their ports.
    pub(crate) fn probes(&self) -> impl Iterator<Item = (u16, &'a HttpFact)> {
        let probes = self.live.all::<HttpQuestion>().filter(|(question, _)| question.unit == self.unit);
        probes.filter_map(|(question, answer)| Some((question.port, answer.as_ref().ok()?)))
    }

    /// The kill of this unit's main process. None if no trials were requested.
    pub(crate) fn killed(&self) -> Option<Result<(&'a KillTrial, &'a KillFact), Unknown>> {
        let performed = match self.trials {
            Trials::NotRun => return None,
            Trials::Impossible(unknown) => return Some(Err(unknown.clone())),
            Trials::Done(performed) => performed,
        };
        let of_this = performed.iter().filter_map(KillTrial::of).find(|(trial, _)| trial.unit == self.unit);
        Some(match of_this {
            Some((trial, Ok(fact))) => Ok((trial, fact)),
            Some((_, Err(unknown))) => Err(unknown.clone()),
            None => Err(Unknown { reason: "the trial was not run".into(), remedy: None }),
        })
    }

    /// The unit's state on the twin. None without a twin.
    pub(crate) fn stability_after_reboot(
        &self,
        question: &StabilityQuestion,
    ) -> Option<Result<&'a StabilityFact, Unknown>> {
        match (self.twin, self.trials) {
            (Some(twin), _) => Some(twin.get(question)),
            (None, Trials::Impossible(unknown)) => Some(Err(unknown.clone())),
            (None, _) => None,
        }
    }

    /// What the learner's machine answered.
    pub(crate) fn live<Q>(&self, question: &Q) -> Result<&'a Q::Fact, Unknown>
    where
        Q: TypedQuestion<Answered = AnsweredQuestion>,
    {
        self.live.get(question)
    }

    /// What the twin answered. None without a twin, or if the answer is unknown.
    pub(crate) fn twin<Q>(&self, question: &Q) -> Option<&'a Q::Fact>
    where
        Q: TypedQuestion<Answered = AnsweredQuestion>,
    {
        self.twin?.get(question).ok()
    }

    /// The command that shows loaded properties.
    pub(crate) fn show(&self, properties: &str) -> String {
        format!("systemctl show {} -p {properties}", self.unit)
    }

    fn processes_question(&self) -> ProcessesQuestion {
        ProcessesQuestion { unit: self.unit.to_owned() }
    }

    fn boot_question(&self) -> BootQuestion {
        BootQuestion { unit: self.unit.to_owned() }
    }

    fn failure_question(&self) -> FailureQuestion {
        FailureQuestion { unit: self.unit.to_owned() }
    }

    fn account_question(&self) -> AccountQuestion {
        AccountQuestion { unit: self.unit.to_owned() }
    }
}

/// What a manager has loaded. A manager that answers gives a load state even for a missing unit.
fn unit_fact<'a>(answers: &'a AnswerSet, unit: &str) -> Result<&'a UnitFact, Unknown> {
    let fact = answers.get(&UnitQuestion { unit: unit.to_owned() })?;
    if fact.get("LoadState").is_empty() {
        return Err(Unknown { reason: format!("the manager gave no load state of {unit}"), remedy: None });
    }
    Ok(fact)
}
