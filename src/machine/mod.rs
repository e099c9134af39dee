//! Answers [`Question`]s about one machine: this one, or one behind a command.

mod accounts;
mod boot;
mod child;
mod examine;
mod files;
mod here;
mod http;
mod processes;
mod reading;
mod remote;
mod sockets;
mod steady;
mod systemctl;
mod unit_name;
mod unknown;
mod wire;

pub use examine::examine;
pub use here::Here;
pub use remote::Remote;

use crate::model::{Answer, Question};

/// The single gate to the world.
pub trait Machine {
    /// Answers a batch: as many answers as questions, in their order. Asking changes nothing on the machine, apart
    /// from what a GET of [`Question::Http`] sets off.
    fn ask(&mut self, questions: &[Question]) -> Vec<Answer>;
}
