//! The nouns. Plain data, parsed from `&str`, importing no other room.

mod case;
mod escape;
mod lab;
mod overlay;
mod place;
mod proof;
mod question;
mod report;
mod time_span;
mod trial;
mod unit_file;

pub use case::Case;
pub use escape::{deceives, escape};
pub use lab::{Check, Expect, Kind, Lab, RestartPolicy, Value};
pub use overlay::{Overlay, OverlayFile};
pub use place::{Place, PlaceKind};
pub use proof::{Expected, Proof, Proven, Spent};
pub use question::{
    Answer, BootFact, Content, DiskFile, Fact, FilesFact, HttpFact, HttpOutcome, HttpOwner, Process, ProcessesFact,
    Puller, Question, Role, Sample, Sheet, SteadyFact, SystemFact, Testimony, UnitFact, Unknown,
};
pub use report::{CheckReport, CourseId, Diagnosis, Evidence, Layer, Report, Score, Status, Verdict};
pub use time_span::{TimeSpan, TimeSpanError};
pub use trial::{Ground, KillFact, KillOutcome, StartLimit, Trial, Trials};
pub use unit_file::{Assignment, Complaint, Line, UnitFile};
