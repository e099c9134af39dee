//! What can be asked of a machine, and what it can answer.
//!
//! A question never changes the machine, unless it says so. An answer is a fact or an [`Unknown`]: "could not tell" is data, and
//! is never read as "no".

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::node::FileFact;
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
    Steady {
        /// The unit's full name.
        unit: String,
        /// The window in milliseconds.
        window_ms: u64,
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
    /// Answers [`Question::Steady`].
    Steady(SteadyFact),
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

/// The manager itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SystemFact {
    /// `Version` as the manager gives it: `252.39-1~deb12u2`.
    pub version: String,
    /// `SystemState`: `running`, `degraded`, `starting` …
    pub state: String,
    /// The unit that `default.target` stands for: `multi-user.target`.
    pub default_target: String,
}

/// `systemctl show UNIT`: property → value, as printed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitFact {
    /// Every property that the manager printed.
    pub properties: BTreeMap<String, String>,
}

impl UnitFact {
    /// The value of one property; empty when the manager printed none.
    #[must_use]
    pub fn get(&self, property: &str) -> &str {
        self.properties.get(property).map_or("", String::as_str)
    }

    /// The value of a list property (`After`, `WantedBy` …), split at white space.
    #[must_use]
    pub fn list(&self, property: &str) -> Vec<&str> {
        self.get(property).split_whitespace().collect()
    }
}

/// The files of one unit as they are on disk now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilesFact {
    /// First the fragment, if there is one, then the drop-ins, in the order of systemd.unit(5).
    pub files: Vec<DiskFile>,
}

/// One file of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiskFile {
    /// Where it was found.
    pub path: String,
    /// Fragment or drop-in.
    pub role: Role,
    /// What is in it.
    pub content: Content,
}

/// What part a file plays for its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The unit file proper.
    Fragment,
    /// A `.conf` in a `.d` folder.
    DropIn,
}

/// What was found behind a path. Whatever it is, reading it took bounded time and memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Content {
    /// A regular file, decoded (bytes that are not UTF-8 replaced).
    Text {
        /// The text, at most the machine's bound.
        text: String,
        /// Some bytes were not UTF-8.
        #[serde(default, skip_serializing_if = "is_false")]
        lossy: bool,
    },
    /// A link to /dev/null or an empty file: the unit or drop-in is masked.
    Masked,
    /// Larger than any unit file could be; not read.
    TooLarge {
        /// Its size in bytes.
        bytes: u64,
    },
    /// Not a regular file: a FIFO, a device, a folder, a socket.
    NotRegular {
        /// What it is, with its article: `a FIFO`.
        what: String,
    },
    /// A link that leads nowhere or in a circle.
    BadLink {
        /// `a loop of links`, `a link to a missing file`.
        what: String,
    },
    /// It is there and could not be read.
    Unreadable {
        /// The system's words.
        why: String,
    },
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// Every process in a unit's control group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessesFact {
    /// In order of pid.
    pub processes: Vec<Process>,
    /// Every account of that place with user id 0: `root`, and whoever else is root by another name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roots: Vec<String>,
}

/// One live process.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Process {
    /// Process id inside the place that was asked.
    pub pid: u32,
    /// Effective user id.
    pub uid: u32,
    /// The account's name in that place's /etc/passwd, or a dynamic user's as the manager gives it; else empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub user: String,
    /// The command's name (`/proc/PID/comm`).
    pub comm: String,
    /// It is the unit's main process.
    #[serde(default, skip_serializing_if = "is_false")]
    pub main: bool,
}

/// What the loaded dependency graph says of the next boot.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BootFact {
    /// The unit that `default.target` stands for.
    pub default_target: String,
    /// Who pulls the unit in directly: `WantedBy=`, `RequiredBy=`, `UpheldBy=`, `BoundBy=` as loaded.
    pub pullers: Vec<Puller>,
    /// A chain from the default target to the unit, both included; empty when the boot does not pull it in.
    pub chain: Vec<String>,
    /// `UnitFileState` (`enabled`, `disabled`, `static`, `masked` …).
    pub unit_file_state: String,
    /// The unit has been started since this boot by whoever asked: `InactiveExitTimestampMonotonic` is not 0.
    pub started_since_boot: bool,
}

/// A unit that pulls another one in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Puller {
    /// The unit that pulls.
    pub unit: String,
    /// The property that says so: `WantedBy`.
    pub via: String,
    /// It is loaded (a target that does not exist can pull nothing).
    pub exists: bool,
}

/// Two looks at a unit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SteadyFact {
    /// The first look.
    pub before: Sample,
    /// The second look; equal to the first when no waiting was needed.
    pub after: Sample,
    /// How long it was watched, in milliseconds; 0 when its uptime already answered.
    pub watched_ms: u64,
}

/// One look at a unit's state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// `ActiveState`.
    pub active: String,
    /// `SubState`.
    pub sub: String,
    /// `MainPID`, 0 for none.
    pub main_pid: u32,
    /// `InvocationID`.
    pub invocation: String,
    /// `NRestarts`.
    pub restarts: u64,
    /// Time since `ActiveEnterTimestampMonotonic`, in milliseconds; 0 when not active.
    pub up_ms: u64,
}

/// What answered a GET.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpFact {
    /// The outcome of the request.
    pub outcome: HttpOutcome,
    /// Whose socket listens on the port.
    pub owner: PortOwner,
}

/// The outcome of a GET.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
pub enum HttpOutcome {
    /// An HTTP answer.
    Answered {
        /// The status code.
        status: u16,
        /// The start of the body, bounded, decoded.
        body: String,
    },
    /// Nothing listens there.
    Refused,
    /// Something listens and does not answer in time.
    TimedOut,
    /// Something answers that is not HTTP, or hangs up.
    Broken {
        /// What went wrong.
        what: String,
    },
}

/// Whose socket listens on a port: held by inode against the open files of processes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
pub enum PortOwner {
    /// Nobody listens.
    Nobody,
    /// A process of the unit itself.
    Unit {
        /// Its pid.
        pid: u32,
    },
    /// Somebody else.
    Other {
        /// Its pid.
        pid: u32,
        /// Its command's name.
        comm: String,
    },
    /// Somebody listens, and whose socket it is could not be seen.
    Unseen,
}

/// Questions with their answers, as one machine gave them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sheet {
    /// In the order in which they were asked.
    pub entries: Vec<(Question, Answer)>,
}

impl Sheet {
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
pub struct Testimony {
    /// The learner's own machine.
    pub live: Sheet,
    /// A freshly booted copy of it, whose manager has just read the disk; none where there is no sandbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub twin: Option<Sheet>,
    /// What was tried on one of the two, after all questions.
    #[serde(default)]
    pub trials: Trials,
    /// What the learner has handed in, by check.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, String>,
}
