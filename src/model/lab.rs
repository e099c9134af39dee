//! A lab: a task, and the truths that must hold when it is done.

use super::TimeSpan;
use super::check_parameters::{
    AccountCheck, AnswerCheck, CommandCheck, FileCheck, JournalCheck, Listens, ProcessCheck,
};

/// A lab as its author wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lab {
    /// The folder's name under `labs/`.
    pub id: String,
    /// What it is about, in a few words.
    pub title: String,
    /// The chapter it belongs to.
    pub chapter: String,
    /// How long a learner needs, in minutes.
    pub minutes: u32,
    /// The percentage from which it is passed.
    pub pass: u32,
    /// The unit that checks are about when they name none: `sre-app.service`.
    pub unit: String,
    /// The task as the learner reads it, markdown.
    pub brief: String,
    /// What a learner can do after passing; each completes "You can now …".
    pub learned: Vec<String>,
    /// A question to think about afterwards.
    pub think: Option<String>,
    /// What must be true, in the order of the report.
    pub checks: Vec<Check>,
}

impl Lab {
    /// The check with this id.
    #[must_use]
    pub fn check(&self, id: &str) -> Option<&Check> {
        self.checks.iter().find(|check| check.id == id)
    }

    /// Whether there is any hint; a lab has three for each check, or none at all.
    #[must_use]
    pub fn has_hints(&self) -> bool {
        self.checks.iter().any(|check| !check.hints.is_empty())
    }
}

/// One truth that must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Unique in its lab.
    pub id: String,
    /// The truth to reach, as a sentence.
    pub title: String,
    /// What it is worth.
    pub points: u32,
    /// Ids of checks that must pass first.
    pub needs: Vec<String>,
    /// Why it matters, one or two sentences.
    pub why: String,
    /// The chapter that explains it.
    pub lesson: String,
    /// From where to look, to almost the line itself; none in a lab without hints.
    pub hints: Vec<String>,
    /// The unit that it is about.
    pub unit: String,
    /// What is examined.
    pub kind: Kind,
}

/// The closed set of check kinds. A lab says what must be true; the kind knows systemd.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// The unit's file is there and the manager can load it.
    UnitFile,
    /// A directive has a value: loaded, and what the disk would load.
    Setting {
        /// The directive as in the unit file: `RestartSec`.
        name: String,
        /// What its value must be.
        expect: Expect,
    },
    /// Who its processes run as.
    RunsAs {
        /// Whether it may be root: `false` demands that no process is.
        root: bool,
    },
    /// What `Restart=` must be in effect.
    RestartPolicy {
        /// Any of these is right.
        one_of: Vec<RestartPolicy>,
    },
    /// The unit is active, and stays so over a window.
    Active {
        /// It must also have a running main process (`active (exited)` is not enough).
        running: bool,
        /// For how long.
        hold: TimeSpan,
    },
    /// The next boot starts it.
    Enabled,
    /// A GET on loopback is answered, by a process of the unit.
    Http {
        /// TCP port.
        port: u16,
        /// Path, beginning with a slash.
        path: String,
        /// The status code that must come.
        status: u16,
        /// A text that the body must contain.
        contains: Option<String>,
    },
    /// Its main process is killed, and it is active again with another one. A trial.
    ComesBack {
        /// How long that may take beyond `RestartSec=`.
        within: TimeSpan,
        /// It must come back however often that happens: no start limit may end it.
        again: bool,
    },
    /// It is active after a reboot, without a manual start. A trial.
    SurvivesReboot {
        /// For how long it must stay so.
        hold: TimeSpan,
    },
    /// A socket listens, and it is the unit's own or its socket unit's.
    Listens(Listens),
    /// Its live processes are as they should be.
    Process(ProcessCheck),
    /// The account that it runs as is as it should be.
    Account(AccountCheck),
    /// A file, folder or link is as it should be.
    File(FileCheck),
    /// Its processes have, or have not, written a text to the journal.
    Journal(JournalCheck),
    /// A program ends as it should.
    Command(CommandCheck),
    /// The learner has found something out, and handed it in.
    Answer(AnswerCheck),
}

impl Kind {
    /// This kind's name as a lab writes it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::UnitFile => "unit-file",
            Self::Setting { .. } => "setting",
            Self::RunsAs { .. } => "runs-as",
            Self::RestartPolicy { .. } => "restart-policy",
            Self::Active { .. } => "active",
            Self::Enabled => "enabled",
            Self::Http { .. } => "http",
            Self::ComesBack { .. } => "comes-back",
            Self::SurvivesReboot { .. } => "survives-reboot",
            Self::Listens(_) => "listens",
            Self::Process(_) => "process",
            Self::Account(_) => "account",
            Self::File(_) => "file",
            Self::Journal(_) => "journal",
            Self::Command(_) => "command",
            Self::Answer(_) => "answer",
        }
    }
}

/// What a setting's value must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expect {
    /// Equal to this.
    Is(Value),
    /// Equal to one of these.
    OneOf(Vec<Value>),
    /// Anything but this, and set.
    Not(Value),
    /// Set to anything.
    Set,
    /// A time span or number not below this.
    AtLeast(Value),
    /// A time span or number not above this.
    AtMost(Value),
    /// A list that has all of these.
    Includes(Vec<String>),
}

/// A typed value, so that `3`, `3s` and `3000ms` are one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A word or sentence, compared as it is.
    Text(String),
    /// `yes`, `true`, `on`, `1` and their opposites.
    Boolean(bool),
    /// A whole number.
    Number(i64),
    /// By systemd.time(7).
    Span(TimeSpan),
}

/// `Restart=` of systemd.service(5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestartPolicy {
    /// `no`
    No,
    /// `always`
    Always,
    /// `on-success`
    OnSuccess,
    /// `on-failure`
    OnFailure,
    /// `on-abnormal`
    OnAbnormal,
    /// `on-abort`
    OnAbort,
    /// `on-watchdog`
    OnWatchdog,
}

impl RestartPolicy {
    /// All of them, in the order of the manual.
    pub const ALL: [Self; 7] =
        [Self::No, Self::Always, Self::OnSuccess, Self::OnFailure, Self::OnAbnormal, Self::OnAbort, Self::OnWatchdog];

    /// The word as systemd writes it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Always => "always",
            Self::OnSuccess => "on-success",
            Self::OnFailure => "on-failure",
            Self::OnAbnormal => "on-abnormal",
            Self::OnAbort => "on-abort",
            Self::OnWatchdog => "on-watchdog",
        }
    }

    /// Reads the word exactly as systemd does: case matters.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.word() == word)
    }
}
