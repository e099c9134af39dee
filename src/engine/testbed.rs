//! Small labs and facts for this room's tests.

use crate::model::{
    Answer, AnswerSet, Check, CheckReport, Content, DiskFile, Fact, FilesFact, Ground, KillFact, Kind, Lab,
    Observations, Process, ProcessesFact, ProgramFact, Question, Role, Status, Trial, Trials, UnitFact, Unknown,
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
        think: String::new(),
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

/// Exactly these properties.
pub(crate) fn unit(properties: &[(&str, &str)]) -> UnitFact {
    UnitFact { properties: properties.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect() }
}

/// A loaded service that does nothing yet, as 252 shows it (empty properties are not printed), with these changes.
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

/// `ExecStartEx` with these flags.
pub(crate) fn exec(flags: &str) -> String {
    format!(
        "{{ path=/usr/bin/python3 ; argv[]=/usr/bin/python3 -m http.server 8000 ; flags={flags} ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }}"
    )
}

pub(crate) fn text_file(path: &str, role: Role, text: &str) -> DiskFile {
    DiskFile { path: path.into(), role, content: Content::Text { text: text.into(), lossy: false } }
}

/// The fragment with this text.
pub(crate) fn fragment(text: &str) -> FilesFact {
    let file = text_file("/etc/systemd/system/sre-app.service", Role::Fragment, text);
    FilesFact { files: vec![file], ..FilesFact::default() }
}

pub(crate) fn process(pid: u32, uid: u32, user: &str, main: bool) -> Process {
    Process { pid, uid, user: user.into(), comm: "python3".into(), main }
}

/// Builds up a observations about [`UNIT`].
#[derive(Default)]
pub(crate) struct Told {
    live: Vec<(Question, Answer)>,
    twin: Option<Vec<(Question, Answer)>>,
    trials: Trials,
}

impl Told {
    pub(crate) fn live(mut self, fact: Fact, question: Question) -> Self {
        self.live.push((question, Ok(fact)));
        self
    }

    pub(crate) fn loaded(self, fact: UnitFact) -> Self {
        self.live(Fact::Unit(fact), Question::Unit { unit: UNIT.into() })
    }

    pub(crate) fn files(self, fact: FilesFact) -> Self {
        self.live(Fact::Files(fact), Question::Files { unit: UNIT.into() })
    }

    pub(crate) fn processes(self, processes: &[Process]) -> Self {
        let fact = ProcessesFact { processes: processes.to_vec(), roots: vec!["root".into(), "toor".into()] };
        self.live(Fact::Processes(fact), Question::Processes { unit: UNIT.into() })
    }

    pub(crate) fn twin(mut self, fact: Fact) -> Self {
        let unit = UNIT.to_owned();
        let question = match fact {
            Fact::System(_) => Question::System,
            Fact::Unit(_) => Question::Unit { unit },
            Fact::Processes(_) => Question::Processes { unit },
            Fact::Boot(_) => Question::Boot { unit },
            Fact::Stability(_) => Question::Stability { unit, window_ms: 2_000 },
            _ => unreachable!("a twin is not asked this"),
        };
        self.twin.get_or_insert_default().push((question, Ok(fact)));
        self
    }

    pub(crate) fn killed(mut self, on: Ground, answer: Result<KillFact, Unknown>) -> Self {
        let trial = Trial::Kill { unit: UNIT.into(), within_ms: 5_000, on };
        self.trials = Trials::Done(vec![(trial, answer.map(Fact::Kill))]);
        self
    }

    /// The copy was wanted, and could not be made.
    pub(crate) fn twinless(mut self) -> Self {
        self.trials = Trials::Impossible(Unknown { reason: "no room for a copy".into(), remedy: "free some".into() });
        self
    }

    /// A fact of the twin's, and the question that it answers.
    pub(crate) fn reborn(mut self, fact: Fact, question: Question) -> Self {
        self.twin.get_or_insert_default().push((question, Ok(fact)));
        self
    }

    pub(crate) fn command(self, question: Question, fact: ProgramFact) -> Self {
        self.live(Fact::Command(fact), question)
    }

    pub(crate) fn unknown(mut self, question: Question) -> Self {
        let unknown = Unknown { reason: "systemctl did not answer".into(), remedy: "run it as root".into() };
        self.live.push((question, Err(unknown)));
        self
    }

    pub(crate) fn observations(self) -> Observations {
        let twin = self.twin.map(|entries| AnswerSet { entries });
        Observations { live: AnswerSet { entries: self.live }, twin, trials: self.trials, ..Observations::default() }
    }
}
