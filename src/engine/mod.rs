//! Decides: which questions a lab asks, what the answers mean, what it adds up to. Pure: no I/O, no clock.

mod access;
mod ask;
mod case_differences;
mod cause_hints;
mod diagnose;

mod directive;
mod exit_status;
mod finding;
mod hint;
mod judge;
mod layers;
mod mutant;
mod order;
mod score;
pub mod session;
mod suggest;
#[cfg(test)]
mod testbed;
mod unit_view;
mod value_mutations;
mod variant;
mod watched;

pub use ask::{questions, trials, twin_questions};
pub use case_differences::differences;
pub use hint::{Hints, NextHint, Words, next_hint};
pub use judge::{judge, normal};
pub use layers::reading;
pub use mutant::{Mutant, mutants};
pub use order::needs_cycle;
pub use score::score;
pub(crate) use suggest::{did_you_mean, suggest};
pub use variant::{seed_of, values};
pub use watched::watched;
