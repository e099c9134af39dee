//! The listening sockets of a port, from `sock_diag(7)` as `ss` does. /proc/net/tcp would be slower: each read of it
//! walks the table of all connections.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, ipproto, netlink, recv, send, socket_with,
};

use crate::model::Protocol;

/// `SOCK_DIAG_BY_FAMILY` of the kernel's `sock_diag.h`.
const SOCK_DIAG_BY_FAMILY: u16 = 20;
/// `NLM_F_REQUEST | NLM_F_DUMP`, and the kinds of message that end an answer, of `netlink.h`.
const REQUEST_DUMP: u16 = 0x301;
const ERROR: u16 = 2;
const DONE: u16 = 3;
/// `struct nlmsghdr`, and `struct inet_diag_msg` behind it.
const HEADER_LENGTH: usize = 16;
const MESSAGE_LENGTH: usize = 72;
/// The kernel answers at once, so this is only a guard.
const RECEIVE_TIMEOUT: Duration = Duration::from_secs(2);
/// Messages of one dump.
const MAX_MESSAGES: usize = 64 << 10;

/// A socket in the state LISTEN, or for UDP one that is bound and not connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ListeningSocket {
    pub(crate) address: IpAddr,
    pub(crate) inode: u64,
}

/// All listening sockets of this port, IPv4 and IPv6, in the network namespace of this process.
pub(crate) fn listening(protocol: Protocol, port: u16) -> io::Result<Vec<ListeningSocket>> {
    let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, Some(netlink::SOCK_DIAG))?;
    set_socket_timeout(&socket, Timeout::Recv, Some(RECEIVE_TIMEOUT))?;
    let mut found = Vec::new();
    for family in [AddressFamily::INET, AddressFamily::INET6] {
        send(&socket, &request(family, protocol), SendFlags::empty())?;
        receive_dump(&socket, port, &mut found)?;
    }
    Ok(found)
}

/// `struct nlmsghdr` and `struct inet_diag_req_v2`: a dump of the listening sockets on every address.
fn request(family: AddressFamily, protocol: Protocol) -> Vec<u8> {
    // `TCP_LISTEN` and `TCP_CLOSE` of the kernel's `tcp_states.h`; the latter is an unconnected UDP socket.
    let (number, state) = match protocol {
        Protocol::Tcp => (ipproto::TCP, 10),
        Protocol::Udp => (ipproto::UDP, 7),
    };
    let length = u32::try_from(HEADER_LENGTH + 56).unwrap_or_default();
    let mut bytes = length.to_ne_bytes().to_vec();
    bytes.extend([SOCK_DIAG_BY_FAMILY.to_ne_bytes(), REQUEST_DUMP.to_ne_bytes()].concat());
    bytes.extend([0; 8]);
    bytes.extend([byte(u32::from(family.as_raw())), byte(number.as_raw().get()), 0, 0]);
    bytes.extend((1_u32 << state).to_ne_bytes());
    bytes.extend([0; 48]);
    bytes
}

fn byte(number: u32) -> u8 {
    u8::try_from(number).unwrap_or_default()
}

fn receive_dump(socket: &OwnedFd, port: u16, found: &mut Vec<ListeningSocket>) -> io::Result<()> {
    let mut buffer = vec![0; 32 << 10];
    for _ in 0..MAX_MESSAGES {
        let (_, count) = recv(socket, &mut buffer[..], RecvFlags::empty())?;
        let mut rest = &buffer[..count.min(buffer.len())];
        while let (Some(length), Some(kind)) = (u32_at(rest, 0), rest.get(4..6)) {
            let length = usize::try_from(length).unwrap_or_default();
            let Some(message) = rest.get(HEADER_LENGTH..length) else { return Err(truncated()) };
            match u16::from_ne_bytes([kind[0], kind[1]]) {
                DONE => return Ok(()),
                ERROR => {
                    let code = u32_at(message, 0).map_or(0, u32::cast_signed);
                    return Err(io::Error::from_raw_os_error(-code));
                }
                _ => found.extend(parse_message(message, port)),
            }
            rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
        }
    }
    Err(truncated())
}

fn truncated() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the kernel's list of sockets is incomplete")
}

/// Reads `struct inet_diag_msg`; none for another port.
fn parse_message(message: &[u8], port: u16) -> Option<ListeningSocket> {
    let message = message.get(..MESSAGE_LENGTH)?;
    if message[4..6] != port.to_be_bytes() {
        return None;
    }
    let address: IpAddr = if u16::from(message[0]) == AddressFamily::INET.as_raw() {
        Ipv4Addr::from(<[u8; 4]>::try_from(&message[8..12]).ok()?).into()
    } else {
        Ipv6Addr::from(<[u8; 16]>::try_from(&message[8..24]).ok()?).to_canonical()
    };
    Some(ListeningSocket { address, inode: u32_at(message, 68)?.into() })
}

/// A number in the machine's own byte order.
fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::net::{IpAddr, TcpListener, TcpStream, UdpSocket};
    use std::os::fd::AsFd;

    use super::{ListeningSocket, Protocol, listening};

    fn inode(socket: impl AsFd) -> u64 {
        rustix::fs::fstat(socket).unwrap().st_ino
    }

    #[test]
    fn only_listening_sockets_are_found() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let _connected = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let address: IpAddr = "127.0.0.1".parse().unwrap();
        assert_eq!(listening(Protocol::Tcp, port).unwrap(), [ListeningSocket { address, inode: inode(&listener) }]);
        assert_eq!(listening(Protocol::Udp, port).unwrap(), []);
    }

    #[test]
    fn udp_and_ipv6_sockets_are_found() {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        assert_eq!(listening(Protocol::Udp, port).unwrap()[0].inode, inode(&socket));
        if fs::exists("/proc/net/tcp6").unwrap()
            && let Ok(listener) = TcpListener::bind("[::]:0")
        {
            let port = listener.local_addr().unwrap().port();
            let address: IpAddr = "::".parse().unwrap();
            assert_eq!(listening(Protocol::Tcp, port).unwrap(), [ListeningSocket { address, inode: inode(&listener) }]);
        }
    }
}
