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
mod prepare;
mod privilege;
mod probe;
mod record;
mod relay;
mod root_child;
mod running;
mod skeleton;
mod stop;
mod supervisor;

pub use enter::{EnterArgs, enter, run_inside};
pub use entrance::{Captured, Entrance};
pub use error::SandboxError;
pub use estate::{Estate, Sandbox};
pub(crate) use gate::{ANSWER as GATE_ANSWER, GATE_SOCKET, GateService, Incoming, Replies};
pub use host::random_id;
pub use interrupt::{on_termination, signal_stream, wait_for_signal};
pub use launch::{Lease, Plan, RootSource, launch, launch_twin};
pub use overlay::write_overlay;
pub use privilege::is_root;
pub(crate) use privilege::reexec_with_sudo;
pub use probe::{Probe, ProbeStatus, probes, run_fix};
pub use record::{Phase, Record};
pub use relay::Relay;
pub(crate) use root_child::{RootChild, ask_sudo_password, run_self};
pub use running::{OutputReader, RunningCommand};
pub use stop::Leftover;
pub(crate) use supervisor::supervise;
