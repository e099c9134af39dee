//! Labs and facts for the tests of the engine.

use crate::model::{
    AnswerSet, AnsweredQuestion, Check, CheckReport, Content, DiskFile, FailureFact, FailureQuestion, FilesFact,
    FilesQuestion, KillFact, KillTrial, Kind, Lab, Observations, Process, ProcessesFact, ProcessesQuestion, Role,
    Status, TrialMachine, Trials, TypedQuestion, UnitFact, UnitQuestion, Unknown,
};

pub(crate) const UNIT: &str = "sre-app.service";

pub(crate) fn check(id: &str, kind: Kind) -> Check {
    Check {
        id: id.into(),
        title: format!("{id} holds"),
        points: 10,
        needs: vec![],
        why: "It matters.".into(),
        lesson: "own-service".into(),
        hints: vec![],
        unit: UNIT.into(),
        kind,
    }
}

pub(crate) fn lab(checks: Vec<Check>) -> Lab {
    Lab {
        id: "sre-app".into(),
        title: "A service of its own".into(),
        chapter: "own-service".into(),
        minutes: 10,
        pass: 80,
        unit: UNIT.into(),
        brief: String::new(),
        learned: Vec::new(),
        think: None,
        checks,
    }
}

pub(crate) fn report(id: &str, points: u32, status: Status) -> CheckReport {
    CheckReport {
        id: id.into(),
        kind: "unit-file".into(),
        title: String::new(),
        points,
        earned: if status == Status::Passed { points } else { 0 },
        status,
        needs: vec![],
        blocked_by: vec![],
        expected: String::new(),
        observed: String::new(),
        evidence: vec![],
        diagnosis: vec![],
        why: String::new(),
        lesson: String::new(),
    }
}

/// A unit with these properties and no others.
pub(crate) fn unit(properties: &[(&str, &str)]) -> UnitFact {
    UnitFact { properties: properties.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect() }
}

/// A loaded, inactive service as systemd 252 shows it, without empty properties; and these changes.
pub(crate) fn service(changes: &[(&str, &str)]) -> UnitFact {
    let mut fact = unit(&[
        ("Id", UNIT),
        ("LoadState", "loaded"),
        ("ActiveState", "inactive"),
        ("SubState", "dead"),
        ("Result", "success"),
        ("MainPID", "0"),
        ("NRestarts", "0"),
        ("ExecMainCode", "0"),
        ("ExecMainStatus", "0"),
        ("UID", "[not set]"),
        ("DynamicUser", "no"),
        ("Restart", "no"),
        ("RestartUSec", "100ms"),
        ("StartLimitBurst", "5"),
        ("StartLimitIntervalUSec", "10s"),
        ("NeedDaemonReload", "no"),
        ("FragmentPath", "/etc/systemd/system/sre-app.service"),
        ("UnitFileState", "disabled"),
        ("ExecStartEx", &exec("")),
    ]);
    fact.properties.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    fact
}

/// A value of `ExecStartEx` with these flags.
pub(crate) fn exec(flags: &str) -> String {
    format!(
        "{{ path=/usr/bin/python3 ; argv[]=/usr/bin/python3 -m http.server 8000 ; flags={flags} ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }}"
    )
}

pub(crate) fn text_file(path: &str, role: Role, text: &str) -> DiskFile {
    DiskFile { path: path.into(), role, content: Content::Text { text: text.into(), lossy: false } }
}

/// A fragment with this text, and no drop-ins.
pub(crate) fn fragment(text: &str) -> FilesFact {
    let file = text_file("/etc/systemd/system/sre-app.service", Role::Fragment, text);
    FilesFact { files: vec![file], ..FilesFact::default() }
}

pub(crate) fn process(pid: u32, uid: u32, user: &str, main: bool) -> Process {
    Process { pid, uid, user: user.into(), comm: "python3".into(), main }
}

/// Builds observations of [`UNIT`].
#[derive(Default)]
pub(crate) struct ObservationsBuilder {
    live: Vec<AnsweredQuestion>,
    twin: Option<Vec<AnsweredQuestion>>,
    trials: Trials,
}

impl ObservationsBuilder {
    pub(crate) fn live<Q>(mut self, question: &Q, fact: Q::Fact) -> Self
    where
        Q: TypedQuestion<Answered = AnsweredQuestion>,
    {
        self.live.push(question.answered(Ok(fact)));
        self
    }

    pub(crate) fn twin<Q>(mut self, question: &Q, fact: Q::Fact) -> Self
    where
        Q: TypedQuestion<Answered = AnsweredQuestion>,
    {
        self.twin.get_or_insert_default().push(question.answered(Ok(fact)));
        self
    }

    /// The question has no answer on the learner's machine.
    pub(crate) fn unknown<Q>(mut self, question: &Q) -> Self
    where
        Q: TypedQuestion<Answered = AnsweredQuestion>,
    {
        let unknown = Unknown { reason: "systemctl did not answer".into(), remedy: Some("run it as root".into()) };
        self.live.push(question.answered(Err(unknown)));
        self
    }

    pub(crate) fn loaded(self, fact: UnitFact) -> Self {
        self.live(&UnitQuestion { unit: UNIT.into() }, fact)
    }

    pub(crate) fn twin_loaded(self, fact: UnitFact) -> Self {
        self.twin(&UnitQuestion { unit: UNIT.into() }, fact)
    }

    pub(crate) fn files(self, fact: FilesFact) -> Self {
        self.live(&FilesQuestion { unit: UNIT.into() }, fact)
    }

    pub(crate) fn failure(self, fact: FailureFact) -> Self {
        self.live(&FailureQuestion { unit: UNIT.into() }, fact)
    }

    pub(crate) fn processes(self, processes: &[Process]) -> Self {
        let fact = ProcessesFact { processes: processes.to_vec(), roots: vec!["root".into(), "toor".into()] };
        self.live(&ProcessesQuestion { unit: UNIT.into() }, fact)
    }

    pub(crate) fn killed(mut self, on: TrialMachine, answer: Result<KillFact, Unknown>) -> Self {
        let trial = KillTrial { unit: UNIT.into(), within_ms: 5_000, on };
        self.trials = Trials::Done(vec![trial.answered(answer)]);
        self
    }

    /// A twin was requested, but could not be booted.
    pub(crate) fn twin_impossible(mut self) -> Self {
        self.trials =
            Trials::Impossible(Unknown { reason: "no room for a copy".into(), remedy: Some("free some".into()) });
        self
    }

    pub(crate) fn build(self) -> Observations {
        let twin = self.twin.map(|entries| AnswerSet { entries });
        Observations { live: AnswerSet { entries: self.live }, twin, trials: self.trials, ..Observations::default() }
    }
}
