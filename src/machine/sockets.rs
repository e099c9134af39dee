//! Whose socket listens on a port: the kernel's socket table, held by inode against the open files of processes.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use crate::model::{HttpOwner, UnitFact};

use super::processes::Seen;

/// Listening sockets stand first in the table; behind so much of it there are none left.
const LONGEST: u64 = 8 << 20;
/// `TCP_LISTEN` of the kernel's `tcp_states.h`.
const LISTEN: &str = "0A";
/// Local addresses on which a connection to 127.0.0.1 ends, closest match first, as the table writes them.
const LOOPBACK: [&str; 4] =
    ["0100007F", "0000000000000000FFFF00000100007F", "00000000", "00000000000000000000000000000000"];

/// Finds out who listens on 127.0.0.1:`port`, before anything is sent there.
///
/// The table is the one that PID 1 sees: `/proc/net` follows whoever reads it, who may live in another pid namespace.
pub(super) fn owner(port: u16, unit: &UnitFact, processes: &[Seen]) -> HttpOwner {
    let mut table = String::new();
    for name in ["/proc/1/net/tcp", "/proc/1/net/tcp6"] {
        let read = File::open(name).and_then(|file| file.take(LONGEST).read_to_string(&mut table));
        // A machine without IPv6 has no tcp6.
        if read.is_err() && name.ends_with("tcp") {
            return HttpOwner::Unseen;
        }
    }
    let inodes = listeners(&table, port);
    if inodes.is_empty() {
        return HttpOwner::Nobody;
    }
    let links: Vec<PathBuf> = inodes.iter().map(|inode| PathBuf::from(format!("socket:[{inode}]"))).collect();
    // A unit that was handed the socket shares it with PID 1, so the unit is looked at first.
    let (own, others): (Vec<_>, Vec<_>) = processes.iter().partition(|process| process.belongs_to(unit));
    if let Some(process) = own.into_iter().find(|process| holds(process.pid, &links)) {
        return HttpOwner::Unit { pid: process.pid };
    }
    match others.into_iter().find(|process| holds(process.pid, &links)) {
        Some(process) => HttpOwner::Other { pid: process.pid, comm: process.comm.clone() },
        None => HttpOwner::Unseen,
    }
}

/// The inodes of the sockets that a connection to 127.0.0.1:`port` would reach (several with `SO_REUSEPORT`).
fn listeners(table: &str, port: u16) -> Vec<u64> {
    let port = format!("{port:04X}");
    let rows = table.lines().filter_map(|row| {
        let fields: Vec<&str> = row.split_ascii_whitespace().collect();
        let (address, its_port) = fields.get(1)?.split_once(':')?;
        let rank = LOOPBACK.iter().position(|local| *local == address)?;
        let listens = *fields.get(3)? == LISTEN && its_port == port;
        listens.then_some((rank, fields.get(9)?.parse().ok()?))
    });
    let rows: Vec<(usize, u64)> = rows.collect();
    let closest = rows.iter().map(|(rank, _)| *rank).min();
    rows.into_iter().filter(|(rank, _)| Some(*rank) == closest).map(|(_, inode)| inode).collect()
}

fn holds(pid: u32, links: &[PathBuf]) -> bool {
    std::fs::read_dir(format!("/proc/{pid}/fd"))
        .into_iter()
        .flatten()
        .flatten()
        .any(|entry| std::fs::read_link(entry.path()).is_ok_and(|link| links.contains(&link)))
}

#[cfg(test)]
mod tests {
    use super::listeners;

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
            assert_eq!(listeners(TABLE, port), inodes, "{port}");
        }
    }
}
