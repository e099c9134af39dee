//! The nouns. Plain data, parsed from `&str`, importing no other room.

mod case;
mod chapter;
mod demand;
mod escape;
mod lab;
mod node;
mod overlay;
mod place;
mod practice;
mod proof;
mod question;
mod report;
mod sighting;
mod time_span;
mod trial;
mod unit_file;

pub use case::Case;
pub use chapter::{Ask, Block, Chapter, Form, Page, Practice, Recorded, Term, Tutorial, slug};
pub use demand::{
    AccountDemand, Address, CommandDemand, FileDemand, JournalDemand, Listens, ModeDemand, ProcessDemand,
};
pub use escape::{deceives, escape};
pub use lab::{Check, Expect, Kind, Lab, RestartPolicy, Value};
pub use node::{AclEntry, FileFact, FileType, Node, Search};
pub use overlay::{Overlay, OverlayFile};
pub use place::{Place, PlaceKind};
pub use practice::{Order, Told};
pub use proof::{Expected, Proof, Proven, Spent};
pub use question::{
    Answer, BootFact, Content, DiskFile, Fact, FilesFact, HttpFact, HttpOutcome, PortOwner, Process, ProcessesFact,
    Puller, Question, Role, Sample, Sheet, SteadyFact, SystemFact, Testimony, UnitFact, Unknown,
};
pub use report::{CheckReport, CourseId, Diagnosis, Evidence, Layer, Report, Score, Status, Verdict};
pub use sighting::{
    AccountFact, Details, DetailsFact, Identity, JournalFact, Listener, ListensFact, PasswdRow, ProgramFact, Protocol,
    RunAs, Shell, Since,
};
pub use time_span::{TimeSpan, TimeSpanError};
pub use trial::{Ground, KillFact, KillOutcome, StartLimit, Trial, Trials};
pub use unit_file::{Assignment, Complaint, Line, UnitFile};
