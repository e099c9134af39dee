//! What can be asked of a machine, and what it can answer.
//!
//! A question never changes the machine, unless it says so. An answer is a fact or an [`Unknown`]: "could not tell" is data, and
//! is never read as "no".

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::failure::FailureFact;
use super::live::{HttpFact, ProcessesFact};
use super::loaded::{BootFact, StabilityFact, SystemFact, UnitFact};
use super::node::FileFact;
use super::on_disk::FilesFact;
use super::sighting::{AccountFact, DetailsFact, JournalFact, ListensFact, ProgramFact, Protocol, RunAs, Since};
use super::trial::{KillFact, Trials};

/// One question to one machine. All questions of a lab go through in one batch.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Question {
    /// The manager itself: version, state, default target.
    System,
    /// What the manager has loaded for a unit: all properties of `systemctl show`.
    Unit {
        /// The unit's full name, `sre-app.service`.
        unit: String,
    },
    /// What the disk says about a unit: its fragment and drop-ins, in the order in which a manager would read them.
    Files {
        /// The unit's full name.
        unit: String,
    },
    /// Every process in the unit's control group.
    Processes {
        /// The unit's full name.
        unit: String,
    },
    /// Whether the boot transaction (the default target) pulls the unit in, according to the loaded dependency graph.
    Boot {
        /// The unit's full name.
        unit: String,
    },
    /// Two looks at a unit, a window apart; answered without waiting where its uptime already covers the window.
    Stability {
        /// The unit's full name.
        unit: String,
        /// The window in milliseconds.
        window_ms: u64,
    },
    /// What tells why a unit's last process failed, where one did: its last words, and what it needed.
    Failure {
        /// The unit's full name.
        unit: String,
    },
    /// A GET over loopback, and whose socket listens there.
    Http {
        /// The unit that ought to answer.
        unit: String,
        /// TCP port on 127.0.0.1.
        port: u16,
        /// Absolute path with query.
        path: String,
    },
    /// Which sockets listen on a port, and whose they are.
    Listens {
        /// The unit whose socket it ought to be.
        unit: String,
        /// TCP or UDP.
        protocol: Protocol,
        /// The port.
        port: u16,
    },
    /// Every process in the unit's control group, looked at closely.
    Details {
        /// The unit's full name.
        unit: String,
        /// A folder, to be resolved as the processes' working directories are.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        folder: Option<String>,
    },
    /// The account that a unit is started as.
    Account {
        /// The unit's full name.
        unit: String,
    },
    /// What is at a path.
    File {
        /// The unit whose view of it matters.
        unit: String,
        /// Absolute path.
        path: String,
        /// A text to look for in it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// Whether a unit's own processes have written a text to the journal.
    Journal {
        /// The unit's full name.
        unit: String,
        /// The text.
        text: String,
        /// From when on.
        since: Since,
    },
    /// Runs a program. Alone among all questions it can change the machine, which is its author's affair; it is asked
    /// last.
    Command {
        /// The program and its arguments.
        run: Vec<String>,
        /// Who runs it.
        run_as: RunAs,
    },
}

/// What a machine found out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Fact {
    /// Answers [`Question::System`].
    System(SystemFact),
    /// Answers [`Question::Unit`].
    Unit(UnitFact),
    /// Answers [`Question::Files`].
    Files(FilesFact),
    /// Answers [`Question::Processes`].
    Processes(ProcessesFact),
    /// Answers [`Question::Boot`].
    Boot(BootFact),
    /// Answers [`Question::Stability`].
    Stability(StabilityFact),
    /// Answers [`Question::Failure`].
    Failure(FailureFact),
    /// Answers [`Question::Http`].
    Http(HttpFact),
    /// What came of a [`Trial::Kill`](super::Trial::Kill).
    Kill(KillFact),
    /// Answers [`Question::Listens`].
    Listens(ListensFact),
    /// Answers [`Question::Details`].
    Details(DetailsFact),
    /// Answers [`Question::Account`].
    Account(AccountFact),
    /// Answers [`Question::File`].
    File(FileFact),
    /// Answers [`Question::Journal`].
    Journal(JournalFact),
    /// Answers [`Question::Command`].
    Command(ProgramFact),
}

/// Why something could not be told, and what would help.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unknown {
    /// The cause, one sentence for a person.
    pub reason: String,
    /// What to do about it; empty when nothing can be done.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub remedy: String,
}

/// A fact, or the reason why there is none.
pub type Answer = Result<Fact, Unknown>;

/// Questions with their answers, as one machine gave them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerSet {
    /// In the order in which they were asked.
    pub entries: Vec<(Question, Answer)>,
}

impl AnswerSet {
    /// Pairs questions with their answers.
    #[must_use]
    pub fn new(questions: &[Question], answers: Vec<Answer>) -> Self {
        Self { entries: questions.iter().cloned().zip(answers).collect() }
    }

    /// The answer to a question; an [`Unknown`] when it was never asked.
    pub fn answer(&self, question: &Question) -> Result<&Fact, Unknown> {
        match self.entries.iter().find(|(asked, _)| asked == question) {
            Some((_, Ok(fact))) => Ok(fact),
            Some((_, Err(unknown))) => Err(unknown.clone()),
            None => Err(Unknown { reason: "this was not asked".into(), remedy: String::new() }),
        }
    }
}

/// All that was said about one learner's work.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observations {
    /// The learner's own machine.
    pub live: AnswerSet,
    /// A freshly booted copy of it, whose manager has just read the disk; none where there is no sandbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub twin: Option<AnswerSet>,
    /// What was tried on one of the two, after all questions.
    #[serde(default)]
    pub trials: Trials,
    /// What the learner has handed in, by check.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, String>,
}
