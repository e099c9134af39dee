//! Which sockets listen on a port, and who owns them.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// A transport protocol.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    #[default]
    Tcp,
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
    pub address: IpAddr,
    pub owner: PortOwner,
    /// The active socket unit for which PID 1 holds the socket, if it would start the unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub socket_unit: Option<String>,
}

/// The owner of the socket that listens on a port, found by its inode among the open files of processes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
pub enum PortOwner {
    #[serde(rename = "nobody")]
    NoListener,
    /// A process of the unit itself.
    Unit { pid: u32 },
    /// A process outside of the unit.
    Other {
        pid: u32,
        /// `/proc/PID/comm`
        comm: String,
    },
    /// A socket listens, and its owner is unknown.
    #[serde(rename = "unseen")]
    Unknown,
}
