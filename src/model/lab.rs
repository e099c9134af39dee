//! A lab: a task, and the checks that must pass when it is done.

use super::TimeSpan;
use super::check_parameters::{
    AccountCheck, AnswerCheck, CommandCheck, FileCheck, JournalCheck, Listens, ProcessCheck,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lab {
    /// The folder's name under `labs/`.
    pub id: String,
    pub title: String,
    /// The id of its chapter.
    pub chapter: String,
    /// The time that a learner needs, in minutes.
    pub minutes: u32,
    /// The pass mark in percent.
    pub pass: u32,
    /// The unit of checks that name no other: `sre-app.service`.
    pub unit: String,
    /// The text of the task, markdown.
    pub brief: String,
    /// What a learner can do after passing; each completes "You can now …".
    pub learned: Vec<String>,
    /// A question to think about afterwards.
    pub think: Option<String>,
    /// In the order of the report.
    pub checks: Vec<Check>,
}

impl Lab {
    #[must_use]
    pub fn check(&self, id: &str) -> Option<&Check> {
        self.checks.iter().find(|check| check.id == id)
    }

    /// A lab has three hints for each check, or none at all.
    #[must_use]
    pub fn has_hints(&self) -> bool {
        self.checks.iter().any(|check| !check.hints.is_empty())
    }
}

/// One requirement of a lab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Unique in its lab.
    pub id: String,
    /// The requirement as a sentence.
    pub title: String,
    pub points: u32,
    /// Ids of checks that must pass first.
    pub needs: Vec<String>,
    /// Why it matters, one or two sentences.
    pub why: String,
    /// The id of the chapter that explains it.
    pub lesson: String,
    /// From general to almost the solution; empty in a lab without hints.
    pub hints: Vec<String>,
    pub unit: String,
    pub kind: Kind,
}

/// The kinds of checks, see docs/check-kinds.md.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// The unit file exists and the manager can load it.
    UnitFile,
    /// A directive has a value, both as loaded and on the disk.
    Setting {
        /// The directive as in the unit file: `RestartSec`.
        name: String,
        expect: Expect,
    },
    /// The user of its processes.
    RunsAs {
        /// `false`: no process may run as root. `true`: root is allowed.
        root: bool,
    },
    /// The `Restart=` in effect.
    RestartPolicy {
        /// The accepted values.
        one_of: Vec<RestartPolicy>,
    },
    /// The unit is active, and stays active for a time.
    Active {
        /// It must also have a running main process (`active (exited)` is not enough).
        running: bool,
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
        /// The required status code.
        status: u16,
        /// A text that the body must contain.
        contains: Option<String>,
    },
    /// The unit is active again with a new main process after the old one was killed. A trial.
    ComesBack {
        /// The time limit, in addition to `RestartSec=`.
        within: TimeSpan,
        /// It must come back any number of times: no start limit may stop it.
        again: bool,
    },
    /// It is active after a reboot, without a manual start. A trial.
    SurvivesReboot {
        /// The time for which it must stay active.
        hold: TimeSpan,
    },
    /// The unit or its socket unit listens on a port.
    Listens(Listens),
    /// Properties of its live processes.
    Process(ProcessCheck),
    /// Properties of the account that it runs as.
    Account(AccountCheck),
    /// A file, folder or link is as it should be.
    File(FileCheck),
    /// Its processes have (or have not) written a text to the journal.
    Journal(JournalCheck),
    /// A program exits with a status and prints a text.
    Command(CommandCheck),
    /// The learner has submitted the right answer.
    Answer(AnswerCheck),
}

impl Kind {
    /// The name in lab.toml.
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

/// The required value of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expect {
    /// Equal to this.
    Is(Value),
    /// Equal to one of these.
    OneOf(Vec<Value>),
    /// Set to anything but this.
    Not(Value),
    /// Set to anything.
    Set,
    /// A time span or number, at least this.
    AtLeast(Value),
    /// A time span or number, at most this.
    AtMost(Value),
    /// A list that contains all of these.
    Includes(Vec<String>),
}

/// A typed value: `3`, `3s` and `3000ms` are equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Compared unchanged.
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
    No,
    Always,
    OnSuccess,
    OnFailure,
    OnAbnormal,
    OnAbort,
    OnWatchdog,
}

impl RestartPolicy {
    /// In the order of the manual.
    pub const ALL: [Self; 7] =
        [Self::No, Self::Always, Self::OnSuccess, Self::OnFailure, Self::OnAbnormal, Self::OnAbort, Self::OnWatchdog];

    /// The value in a unit file.
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

    /// Parses the value; case matters, as in systemd.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.word() == word)
    }
}
