//! Which sockets listen on a port, and who owns them.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// A transport protocol.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// tcp(7)
    #[default]
    Tcp,
    /// udp(7)
    Udp,
}

impl Protocol {
    /// `tcp` or `udp`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        }
    }
}

/// Who listens on a port.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListensFact {
    /// Every socket that listens there, in the order of the kernel's table.
    pub listeners: Vec<Listener>,
}

/// A listening socket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listener {
    /// The local address.
    pub address: IpAddr,
    /// Whose it is.
    pub owner: PortOwner,
    /// PID 1 holds it for this active socket unit, by which it would start the unit in question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub socket_unit: Option<String>,
}

/// Whose socket listens on a port: held by inode against the open files of processes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
pub enum PortOwner {
    /// Nobody listens.
    Nobody,
    /// A process of the unit itself.
    Unit {
        /// Its pid.
        pid: u32,
    },
    /// Somebody else.
    Other {
        /// Its pid.
        pid: u32,
        /// Its command's name.
        comm: String,
    },
    /// Somebody listens, and whose socket it is could not be seen.
    Unseen,
}
