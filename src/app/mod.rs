//! What the program does: grading, lab sessions, the lesson host, proving. Nothing here parses arguments or prints.

mod answer;
mod completion;
mod curriculum;
mod error;
mod forget_progress;
mod graded;
mod grading;
mod hint;
mod inside;
mod lab_choice;
mod lab_question;
mod lab_runner;
mod lab_session;
mod lab_start;
mod lesson_host;
mod meant_command;
mod notice;
mod os_tree;
mod progress_document;
mod proving;
mod running_labs;
mod saved_progress;
mod shortage;
mod twin;
mod twins;
mod workspace;

pub(crate) use answer::{find_question, lab_questions, submit_answer};
pub(crate) use completion::{NameKind, names_of};
pub(crate) use curriculum::{Curriculum, StepKind};
pub(crate) use error::{Error, Message};
pub(crate) use forget_progress::{Forgotten, forget_progress};
pub use graded::Graded;
pub(crate) use grading::{
    LocalGrading, after_pass, find_session, grade_for_hint, grade_sandbox, record_and_report, unrecorded_report,
};
pub(crate) use hint::{GivenHint, failed_checks, give_hint, hint_target};
pub use inside::Locations;
pub(crate) use inside::{GateJob, GateReply, GateRequest, GateVerb, InsideService, ask_gate, is_inside};
pub(crate) use lab_choice::{LabChoice, LabPurpose, lab_choice};
pub(crate) use lab_question::LabQuestion;
pub use lab_runner::LabRunner;
pub use lab_session::LabSession;
pub(crate) use lab_start::{apply_solution, start_lab};
pub(crate) use lesson_host::{LessonEvent, LessonRequest, serve as serve_lesson};
pub(crate) use meant_command::meant_command;
pub(crate) use notice::{Notice, Notify};
pub(crate) use progress_document::progress_document;
pub use proving::{Case, ChapterProof, Job, Prover, chapter_jobs, default_parallel, lab_jobs, overlong_pages};
pub(crate) use proving::{Selection, record_outputs};
pub(crate) use running_labs::stop_all;
pub(crate) use saved_progress::{page_left, record_lesson, saved_progress};
pub(crate) use shortage::{Remedy, Shortage, commands as install_commands, forget_declined, offer_text};
pub use twin::TwinRun;
pub use twins::Twins;
pub(crate) use workspace::Workspace;
