//! Answers [`Question`](crate::model::Question)s about one machine, this one or one behind a command, and performs
//! [`Trial`](crate::model::Trial)s on it.
#![allow(clippy::disallowed_methods, reason = "this room asks systemctl: that is what it is for")]

mod accounts;
mod examine;
mod files;
mod journal;
mod local;
#[allow(clippy::module_inception, reason = "the trait `Machine` is what the room is named for")]
mod machine;
mod processes;
mod remote;
mod sockets;
mod topic;
mod trials;
mod units;
mod unknown;
mod view;
mod wire;

pub use examine::examine;
pub use local::LocalMachine;
pub use machine::Machine;
pub use remote::Remote;
pub use trials::kill::{LONGEST_KILL, SETTLE};
pub use view::View;
