//! Decides which questions a lab asks, what the answers mean, and the score. Pure: no I/O, no clock.

mod access;
mod apart;
mod ask;
mod case_differences;
mod cause_hints;
mod diagnose;
mod directive;
mod directive_value;
mod exit_status;
mod finding;
mod hint;
mod judge;
mod mutant;
mod order;
mod score;
pub(crate) mod session;
mod suggest;
#[cfg(test)]
pub(crate) mod testbed;
mod unit_files;
mod unit_view;
mod value_mutations;
mod variant;
mod watched;

pub use apart::{Undisturbed, counts, trials_apart, undisturbed};
pub use ask::{questions, trials, twin_questions};
pub use case_differences::differences;
pub use hint::{HintText, Hints, NextHint, next_hint};
pub use judge::{has_certain_failure, judge, normal};
pub use mutant::{Mutant, mutants};
pub use score::score;
pub(crate) use suggest::{did_you_mean, suggest};
pub use unit_files::settings_in_effect;
pub use variant::{seed_of, values};
pub use watched::watched;
