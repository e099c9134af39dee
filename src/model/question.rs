//! The questions to a machine, and the type of fact that answers each.

use super::account::AccountFact;
use super::boot::BootFact;
use super::command::{CommandFact, RunAs};
use super::disk_file::FilesFact;
use super::failure::FailureFact;
use super::file::FileFact;
use super::http::HttpFact;
use super::journal::{JournalFact, Since};
use super::listens::{ListensFact, Protocol};
use super::process::{DetailsFact, ProcessesFact};
use super::stability::StabilityFact;
use super::typed_question::{TypedQuestion, typed_questions};
use super::unit::{SystemFact, UnitFact};
use super::unknown::Unknown;

typed_questions! {
    /// One question to one machine. All questions of a lab are asked in one batch, in the order of the variants.
    ///
    /// Asking changes nothing on the machine, except where a question says so.
    #[serde(tag = "ask")]
    Question,
    /// An answer of a machine.
    #[serde(tag = "fact")]
    Fact,
    /// A question with its answer.
    #[serde(from = "(Question, Answer)", into = "(Question, Answer)")]
    AnsweredQuestion;

    /// The manager's version, state and default target.
    System(SystemQuestion {}) -> SystemFact,

    /// What the manager has loaded for a unit: all properties that `systemctl show` prints.
    Unit(UnitQuestion { unit: String }) -> UnitFact,

    /// The unit's fragment and drop-ins on the disk, in the order in which a manager reads them.
    Files(FilesQuestion { unit: String }) -> FilesFact,

    /// Every process in the unit's control group.
    Processes(ProcessesQuestion { unit: String }) -> ProcessesFact,

    /// Whether the default target pulls the unit in, according to the loaded dependency graph.
    Boot(BootQuestion { unit: String }) -> BootFact,

    /// Two samples of the unit's state, `window_ms` apart; only one if the unit has been active for longer.
    Stability(StabilityQuestion { unit: String, window_ms: u64 }) -> StabilityFact,

    /// Why the unit's last start failed: its last messages, and what it needed.
    Failure(FailureQuestion { unit: String }) -> FailureFact,

    /// A GET of `path` on 127.0.0.1, and who listens on the port. It can start a socket-activated service.
    Http(HttpQuestion {
        /// The unit that should answer.
        unit: String,
        port: u16,
        /// Absolute path with query.
        path: String,
    }) -> HttpFact,

    /// Which sockets listen on a port, and who owns them.
    Listens(ListensQuestion {
        /// The unit that should listen.
        unit: String,
        protocol: Protocol,
        port: u16,
    }) -> ListensFact,

    /// Command line, working directory and credentials of every process in the unit's control group.
    Details(DetailsQuestion {
        unit: String,
        /// A directory to resolve, for comparison with the working directories.
        #[serde(default, rename = "folder", skip_serializing_if = "Option::is_none")]
        directory: Option<String>,
    }) -> DetailsFact,

    /// The account that the unit is started as.
    Account(AccountQuestion { unit: String }) -> AccountFact,

    /// What is at a path.
    File(FileQuestion {
        /// The unit whose view of the path matters.
        unit: String,
        /// Absolute.
        path: String,
        /// A text to look for in the file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    }) -> FileFact,

    /// Whether the unit's own processes have written a text to the journal.
    Journal(JournalQuestion { unit: String, text: String, since: Since }) -> JournalFact,

    /// Runs a program, which can change the machine. Asked last.
    Command(CommandQuestion {
        /// The program and its arguments.
        run: Vec<String>,
        run_as: RunAs,
    }) -> CommandFact,
}

/// A fact of any kind, or the reason why there is none.
pub type Answer = Result<Fact, Unknown>;
