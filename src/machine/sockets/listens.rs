//! Which process listens on a port: compares inodes of the kernel's socket table with the open files of processes.

use std::io::{self, Read};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;

use crate::model::{Listener, ListensFact, PortHolder, PortOwner, Protocol, UnitFact, Unknown};

use crate::machine::processes::walk::ProcessInfo;
use crate::machine::sockets::sock_diag::{self, ListeningSocket};
use crate::machine::unknown::unknown_with_remedy;
use crate::machine::view::View;

/// Bytes of the socket table that are read. Listening sockets come first in it.
const MAX_TABLE: u64 = 8 << 20;
/// More listeners on one port are not reported.
const MAX_LISTENERS: usize = 64;

/// Properties that are needed of a socket unit.
pub(crate) const PROPERTIES: [&str; 5] = ["Id", "Names", "LoadState", "ActiveState", "Listen"];

/// The process that listens on 127.0.0.1:`port`.
pub(crate) fn owner(view: &View, port: u16, unit: &UnitFact, processes: &[ProcessInfo]) -> PortOwner {
    let Ok(listening) = listening(view, Protocol::Tcp, port) else { return PortOwner::Unknown };
    match inodes_on_loopback(&listening) {
        inodes if inodes.is_empty() => PortOwner::NoListener,
        inodes => owner_of(view, &inodes, unit, processes),
    }
}

/// All listeners on a port. `sockets` are the socket units that would start the unit, as loaded.
pub(crate) fn listeners(
    view: &View,
    (protocol, port): (Protocol, u16),
    unit: &UnitFact,
    processes: &[ProcessInfo],
    sockets: &[UnitFact],
) -> Result<ListensFact, Unknown> {
    let listening = listening(view, protocol, port).map_err(|error| {
        unknown_with_remedy(format!("the machine's {} sockets cannot be read: {error}", protocol.word()), "ask as root")
    })?;
    let listener = |found: ListeningSocket| {
        let owner = owner_of(view, &[found.inode], unit, processes);
        let by_manager = matches!(owner, PortOwner::Other { pid: 1, .. });
        let socket = sockets.iter().find(|socket| by_manager && listens(socket, protocol, port));
        Listener { address: found.address, owner, socket_unit: socket.map(|socket| socket.get("Id").to_owned()) }
    };
    Ok(ListensFact { listeners: listening.into_iter().take(MAX_LISTENERS).map(listener).collect() })
}

/// All listening sockets of a port. A kernel may lack `sock_diag(7)`.
fn listening(view: &View, protocol: Protocol, port: u16) -> io::Result<Vec<ListeningSocket>> {
    sock_diag::listening(protocol, port).or_else(|_| Ok(parse_table(&table(view, protocol)?, protocol, port)))
}

/// The process that listens on a port, on any address; `None` if there is none, it is unknown, or it is the unit's own
/// main process.
pub(crate) fn port_holder(
    view: &View,
    (protocol, port): (Protocol, u16),
    unit: &UnitFact,
    processes: &[ProcessInfo],
) -> Option<PortHolder> {
    let inodes: Vec<u64> = listening(view, protocol, port).ok()?.iter().map(|found| found.inode).collect();
    let pid = match owner_of(view, &inodes, unit, processes) {
        PortOwner::Unit { pid } | PortOwner::Other { pid, .. } => pid,
        PortOwner::NoListener | PortOwner::Unknown => return None,
    };
    let process = processes.iter().find(|process| process.pid == pid)?;
    let service = process.service().map(str::to_owned);
    (unit.get("MainPID") != pid.to_string()).then(|| PortHolder {
        protocol,
        port,
        pid,
        comm: process.comm.clone(),
        service,
    })
}

/// The table of PID 1: `/proc/net` would be that of the reader, who may be in another network namespace.
fn table(view: &View, protocol: Protocol) -> io::Result<String> {
    let mut table = String::new();
    let name = format!("1/net/{}", protocol.word());
    view.proc_open(&name)?.take(MAX_TABLE).read_to_string(&mut table)?;
    // A machine without IPv6 has no such table.
    let _ = view.proc_open(&(name + "6")).and_then(|file| file.take(MAX_TABLE).read_to_string(&mut table));
    Ok(table)
}

/// The listening sockets of a port in a table of /proc/net.
fn parse_table(table: &str, protocol: Protocol, port: u16) -> Vec<ListeningSocket> {
    // `TCP_LISTEN` and `TCP_CLOSE` of the kernel's `tcp_states.h`; the latter is an unconnected UDP socket.
    let state = if protocol == Protocol::Tcp { "0A" } else { "07" };
    let port = format!("{port:04X}");
    let rows = table.lines().filter_map(|row| {
        let fields: Vec<&str> = row.split_ascii_whitespace().collect();
        let (address, its_port) = fields.get(1)?.split_once(':')?;
        let waits = *fields.get(3)? == state && its_port == port;
        waits.then_some(ListeningSocket { address: parse_address(address)?, inode: fields.get(9)?.parse().ok()? })
    });
    rows.collect()
}

/// An address of the table: words of 32 bits in native byte order, in hexadecimal.
fn parse_address(text: &str) -> Option<IpAddr> {
    let word = |at: usize| u32::from_str_radix(text.get(at * 8..at * 8 + 8)?, 16).ok().map(u32::to_ne_bytes);
    match text.len() {
        8 => Some(Ipv4Addr::from(word(0)?).into()),
        32 => {
            let words = [word(0)?, word(1)?, word(2)?, word(3)?].concat();
            Some(Ipv6Addr::from(<[u8; 16]>::try_from(words).ok()?).to_canonical())
        }
        _ => None,
    }
}

/// The inodes of the sockets that a connection to 127.0.0.1 reaches: those on the most specific address. `SO_REUSEPORT`
/// permits several.
fn inodes_on_loopback(listening: &[ListeningSocket]) -> Vec<u64> {
    let rank = |address: IpAddr| match address {
        IpAddr::V4(Ipv4Addr::LOCALHOST) => Some(0),
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Some(1),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Some(2),
        _ => None,
    };
    let closest = listening.iter().filter_map(|socket| rank(socket.address)).min();
    listening.iter().filter(|socket| closest.is_some() && rank(socket.address) == closest).map(|s| s.inode).collect()
}

/// The process that has one of these sockets open.
fn owner_of(view: &View, inodes: &[u64], unit: &UnitFact, processes: &[ProcessInfo]) -> PortOwner {
    let links: Vec<PathBuf> = inodes.iter().map(|inode| PathBuf::from(format!("socket:[{inode}]"))).collect();
    // With socket activation PID 1 has the socket too, so look at the unit first.
    let (own, others): (Vec<_>, Vec<_>) = processes.iter().partition(|process| process.belongs_to(unit));
    if let Some(process) = own.into_iter().find(|process| has_open(view, process.pid, &links)) {
        return PortOwner::Unit { pid: process.pid };
    }
    match others.into_iter().find(|process| has_open(view, process.pid, &links)) {
        Some(process) => PortOwner::Other { pid: process.pid, comm: process.comm.clone() },
        None => PortOwner::Unknown,
    }
}

/// The socket unit is active and has this port: `[::]:8000 (Stream)` in its `Listen` (systemd.socket(5)).
fn listens(socket: &UnitFact, protocol: Protocol, port: u16) -> bool {
    let kind = if protocol == Protocol::Tcp { "(Stream)" } else { "(Datagram)" };
    let entry = |line: &str| {
        let (address, its_kind) = line.rsplit_once(' ')?;
        let its_port: u16 = address.rsplit_once(':')?.1.parse().ok()?;
        Some(its_kind == kind && its_port == port)
    };
    socket.get("ActiveState") == "active" && socket.get("Listen").lines().any(|line| entry(line) == Some(true))
}

fn has_open(view: &View, pid: u32, links: &[PathBuf]) -> bool {
    let directory = format!("{pid}/fd");
    let descriptors = view.proc_list(&directory, usize::MAX).unwrap_or_default();
    descriptors
        .iter()
        .filter_map(|number| number.to_str())
        .any(|number| view.proc_link(&format!("{directory}/{number}")).is_ok_and(|link| links.contains(&link)))
}

#[cfg(test)]
mod tests {
    use super::{Protocol, UnitFact, inodes_on_loopback, listens, parse_table};

    const TABLE: &str = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000   998        0 41 1 0000 100 0 0 10 0
   1: 0100007F:1F41 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 42 1 0000 100 0 0 10 0
   2: 00000000:1F41 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 43 1 0000 100 0 0 10 0
   3: 0200000A:1F42 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 44 1 0000 100 0 0 10 0
   4: 0100007F:1F43 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 45 1 0000 20 4 30 10 -1
   5: 0100007F:1F45 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 47 1 0000 100 0 0 10 0
   6: 0100007F:1F45 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 48 1 0000 100 0 0 10 0
   0: 00000000000000000000000000000000:1F44 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 46 1 0000 100 0 0 10 0
   1: 3500007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000   101        0 49 2 0000 0
   2: 00000000000000000000000001000000:0035 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000   101        0 50 2 0000 0
torn line
";

    #[test]
    fn the_socket_that_a_connection_would_reach() {
        for (port, inodes) in [
            (8000, vec![41]),
            (8001, vec![42]),
            (8002, vec![]),
            (8003, vec![]),
            (8004, vec![46]),
            (8005, vec![47, 48]),
            (1, vec![]),
        ] {
            assert_eq!(inodes_on_loopback(&parse_table(TABLE, Protocol::Tcp, port)), inodes, "{port}");
        }
    }
    #[test]
    fn every_listener_has_its_address() {
        for (protocol, port, addresses) in [
            (Protocol::Tcp, 8000, vec!["0.0.0.0"]),
            (Protocol::Tcp, 8001, vec!["127.0.0.1", "0.0.0.0"]),
            (Protocol::Tcp, 8002, vec!["10.0.0.2"]),
            (Protocol::Tcp, 8003, vec![]),
            (Protocol::Tcp, 8004, vec!["::"]),
            (Protocol::Udp, 53, vec!["127.0.0.53", "::1"]),
        ] {
            let found: Vec<String> =
                parse_table(TABLE, protocol, port).iter().map(|socket| socket.address.to_string()).collect();
            assert_eq!(found, addresses, "{port}");
        }
    }

    #[test]
    fn the_ports_of_a_socket_unit() {
        let unit = |state: &str, listen: &str| {
            let properties = [("ActiveState", state), ("Listen", listen)];
            UnitFact { properties: properties.map(|(key, value)| (key.to_owned(), value.to_owned())).into() }
        };
        let two = "/run/x.sock (Stream)\n[::]:8000 (Stream)";
        for (unit, protocol, port, expected) in [
            (unit("active", two), Protocol::Tcp, 8000, true),
            (unit("active", two), Protocol::Udp, 8000, false),
            (unit("active", two), Protocol::Tcp, 800, false),
            (unit("failed", two), Protocol::Tcp, 8000, false),
            (unit("active", "127.0.0.1:53 (Datagram)"), Protocol::Udp, 53, true),
            (unit("active", ""), Protocol::Tcp, 8000, false),
        ] {
            assert_eq!(listens(&unit, protocol, port), expected, "{unit:?} {port}");
        }
    }
}
