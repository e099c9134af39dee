//! Plain data types, which import no other room.

mod account;
mod answer_set;
mod boot;
mod case;
mod cause;
mod chapter;
mod check_parameters;
mod command;
mod disk_file;
mod escape;
mod excerpt;
mod exec_command;
mod failure;
mod file;
mod http;
mod journal;
mod lab;
mod listens;
mod overlay;
mod place;
mod ports;
mod process;
mod proof;
mod question;
mod report;
mod stability;
mod style;
mod time_span;
mod trial;
mod typed_question;
mod unit;
mod unit_file;
mod unknown;
mod variable;

pub use account::{AccountFact, Identity, PasswdRow, Shell};
pub use answer_set::{AnswerSet, Observations};
pub use boot::{BootFact, Puller};
pub use case::{Case, SubmittedAnswer};
pub use cause::Cause;
pub use chapter::{
    Block, Chapter, GlossaryTerm, LessonCommand, Page, QuizForm, QuizQuestion, RecordedOutput, Tutorial, slug,
};
pub use check_parameters::{
    AccountCheck, Address, AnswerCheck, AnswerForm, AnswerSource, CommandCheck, FileCheck, JournalCheck, Listens,
    ModeRule, ProcessCheck,
};
pub use command::{CommandFact, RunAs};
pub use disk_file::{Content, DiskFile, FilesFact, Role};
pub use escape::{deceives, escape};
pub use excerpt::Excerpt;
pub use exec_command::{End, Ended, ExecCommand, ended};
pub use failure::{FailureFact, MissingFromEnvironment, PortHolder, ProgramFormat, Purpose, RequiredPath};
pub use file::{AclEntry, FileFact, FileType, Node, Search};
pub use http::{HttpFact, HttpOutcome};
pub use journal::{JournalFact, Since};
pub use lab::{Check, Expect, Kind, Lab, RestartPolicy, Value};
pub use listens::{Listener, ListensFact, PortOwner, Protocol};
pub use overlay::{Overlay, OverlayFile};
pub use place::{Place, PlaceKind};
pub use ports::{Ports, is_address_in_use};
pub use process::{DetailsFact, Process, ProcessDetails, ProcessesFact};
pub use proof::{CaseResult, Expected, Proof, Timing};
pub use question::{
    AccountQuestion, Answer, AnsweredQuestion, BootQuestion, CommandQuestion, DetailsQuestion, Fact, FailureQuestion,
    FileQuestion, FilesQuestion, HttpQuestion, JournalQuestion, ListensQuestion, ProcessesQuestion, Question,
    StabilityQuestion, SystemQuestion, UnitQuestion,
};
pub use report::{After, CheckReport, CourseId, Diagnosis, Evidence, Layer, Report, Score, Status, Verdict};
pub use stability::{Sample, StabilityFact};
pub(crate) use style::Glyphs;
pub use style::Style;
pub use time_span::{TimeSpan, TimeSpanError};
pub use trial::{
    KillFact, KillOutcome, KillTrial, PerformedTrial, StartLimit, Trial, TrialAnswer, TrialFact, TrialMachine, Trials,
};
pub use typed_question::TypedQuestion;
pub use unit::{SystemFact, UnitFact};
pub use unit_file::{Assignment, Complaint, Line, UnitFile};
pub use unknown::Unknown;
pub use variable::{Choice, Variable};
