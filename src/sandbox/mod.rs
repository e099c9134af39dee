//! A disposable, real systemd: made, booted, entered, copied, stopped and swept away.
//!
//! What is asked inside is no matter of this room.
#![allow(clippy::disallowed_methods, reason = "this room starts systemd-nspawn and enters it: that is what it is for")]

mod accounts;
mod cgroup;
mod console;
mod copy;
mod descriptors;
mod enter;
mod entrance;
mod error;
mod estate;
mod gate;
mod host;
mod interrupt;
mod launch;
mod locks;
mod nspawn;
mod overlay;
mod partner;
mod prepare;
mod privilege;
mod probe;
mod record;
mod relay;
mod running;
mod skeleton;
mod stop;
mod supervisor;

pub use enter::{EnterArgs, enter, run_inside};
pub use entrance::{Captured, Entrance};
pub use error::SandboxError;
pub use estate::{Estate, Sandbox};
pub use gate::{GateFormat, GateReply, GateRequest, GateVerb, INSIDE_SOCKET, WAIT_MARK, ask_gate};
pub use host::mark;
pub use interrupt::{before_the_end, interruptions, wait_for_either};
pub use launch::{Lease, Plan, Source, launch, launch_twin};
pub use overlay::lay;
pub use partner::{Partner, run_ourselves, unlock};
pub use privilege::{become_root, is_root};
pub use probe::{Limit, Probe, mend, probes};
pub use record::{Record, Stage};
pub use relay::Relay;
pub use running::{Printed, Running};
pub use stop::Leftover;
pub use supervisor::supervise;
