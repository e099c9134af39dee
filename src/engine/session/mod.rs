//! A sitting with the tutorial: what each key, and each word from the sandbox, makes of it.

mod answer;
mod entry;
mod event;
mod find;
mod given;
mod help;
mod keys;
mod modes;
mod state;
mod step;
#[cfg(test)]
mod tests;

pub use answer::{accepts, shows};
pub use entry::Entry;
pub use event::{Action, Deed, Event, Key, Layout};
pub use find::{Hit, find, terms_for};
pub use given::Given;
pub use help::KEYS;
pub use state::{Answered, Mode, Outcome, Past, Purpose, Sandbox, State, contents};
pub use step::step;
