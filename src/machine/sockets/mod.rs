//! Listening sockets, and what answers on a port.

pub(crate) mod http;
pub(crate) mod listens;
pub(crate) mod retry_young;
pub(crate) mod sock_diag;
