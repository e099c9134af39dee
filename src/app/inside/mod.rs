//! Requests from inside a sandbox: the protocol, the side that asks, and the side that answers.

mod client;
mod protocol;
mod service;

pub(crate) use client::{ask_gate, is_inside};
pub use protocol::Locations;
pub(crate) use protocol::{GateJob, GateReply, GateRequest, GateVerb};
pub(crate) use service::InsideService;
