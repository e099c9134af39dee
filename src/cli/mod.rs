//! One verb per file; the only room where the others meet.

mod agenda;
mod answer;
mod check;
mod completions;
mod context;
mod course;
mod demo;
mod doctor;
mod enter;
mod examine;
mod failure;
mod format;
mod hint;
mod home;
mod inside;
mod lab;
mod learn;
mod list;
mod output;
mod performance;
mod practice;
mod progress;
mod prover;
mod root;
mod supervise;
mod verbs;
mod workshop;

pub use course::too_long;
pub use prover::{Case, Job, Prover, Rehearsal, plan, rehearse};
pub use verbs::run;
pub use workshop::{Graded, LabRunner, LabSession};
