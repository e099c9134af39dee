//! Answers [`Question`](crate::model::Question)s about one machine, this one or one behind a command, and performs
//! [`Trial`](crate::model::Trial)s on it.
#![allow(clippy::disallowed_methods, reason = "this room asks systemctl: that is what it is for")]

mod accounts;
mod acl;
#[cfg(test)]
mod any_bytes;
mod ask;
mod assumed;
mod boot;
mod child;
mod denied;
mod details;
mod examine;
mod failure;
mod files;
mod here;
mod http;
mod journal;
mod kill;
mod manager_words;
mod node;
mod ordering;
mod processes;
mod program;
mod program_head;
mod reading;
mod remote;
mod retry_young;
mod service_account;
mod sock_diag;
mod sockets;
mod stability;
mod start_limit;
mod systemctl;
mod topic;
mod unit_name;
mod unknown;
mod wire;

pub use ask::Machine;
pub use examine::examine;
pub use here::Here;
pub use kill::{LONGEST_KILL, SETTLE};
pub use remote::Remote;
