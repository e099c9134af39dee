//! The nouns. Plain data, parsed from `&str`, importing no other room.

mod case;
mod cause;
mod chapter;
mod demand;
mod escape;
mod exec_command;
mod failure;
mod lab;
mod live;
mod loaded;
mod node;
mod on_disk;
mod overlay;
mod place;
mod ports;
mod proof;
mod question;
mod report;
mod sighting;
mod style;
mod time_span;
mod trial;
mod unit_file;
mod variable;

pub use case::{Case, Handed};
pub use cause::Cause;
pub use chapter::{Ask, Block, Chapter, Form, Page, Practice, Recorded, Term, Tutorial, slug};
pub use demand::{
    AccountDemand, Address, AnswerDemand, AnswerForm, CommandDemand, FileDemand, JournalDemand, Listens, ModeDemand,
    ProcessDemand, Truth,
};
pub use escape::{deceives, escape};
pub use exec_command::{End, Ended, ExecCommand, ended};
pub use failure::{Assumed, FailureFact, Head, Holder, Needed, Purpose};
pub use lab::{Check, Expect, Kind, Lab, RestartPolicy, Value};
pub use live::{HttpFact, HttpOutcome, PortOwner, Process, ProcessesFact};
pub use loaded::{BootFact, Puller, Sample, StabilityFact, SystemFact, UnitFact};
pub use node::{AclEntry, FileFact, FileType, Node, Search};
pub use on_disk::{Content, DiskFile, FilesFact, Role};
pub use overlay::{Overlay, OverlayFile};
pub use place::{Place, PlaceKind};
pub use ports::{Ports, is_address_in_use};
pub use proof::{Expected, Proof, Proven, Spent};
pub use question::{Answer, AnswerSet, Fact, Observations, Question, Unknown};
pub use report::{After, CheckReport, CourseId, Diagnosis, Evidence, Layer, Report, Score, Status, Verdict};
pub use sighting::{
    AccountFact, Details, DetailsFact, Identity, JournalFact, Listener, ListensFact, PasswdRow, ProgramFact, Protocol,
    RunAs, Shell, Since,
};
pub(crate) use style::Glyphs;
pub use style::Style;
pub use time_span::{TimeSpan, TimeSpanError};
pub use trial::{Ground, KillFact, KillOutcome, StartLimit, Trial, Trials};
pub use unit_file::{Assignment, Complaint, Line, UnitFile};
pub use variable::{Choice, Variable};
