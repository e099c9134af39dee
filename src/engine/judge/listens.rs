//! `listens`: a process of the unit, or its socket unit, listens on the port.

use std::net::IpAddr;

use crate::engine::ask;
use crate::engine::diagnose::{directive_mistakes, foreign_listener, why_not_running};
use crate::engine::finding::Finding;
use crate::engine::unit_files::UnitFiles;
use crate::engine::unit_view::UnitView;
use crate::model::{Address, Cause, Layer, Listener, Listens, PortOwner, Protocol, Unknown, Verdict};

pub(super) fn judge(view: &UnitView, check: &Listens) -> Verdict {
    let Listens { port, protocol, address } = check;
    let word = protocol.word();
    let on = match address {
        None => String::new(),
        Some(Address::Any) => " on every address".into(),
        Some(Address::Loopback) => " on loopback only".into(),
        Some(Address::Exactly(address)) => format!(" on {address}"),
    };
    let mut finding = Finding::expecting(format!("{} listens on {word} port {port}{on}", view.unit));
    let fact = match view.live(&ask::listens(view.unit, check)) {
        Ok(fact) => fact,
        Err(unknown) => return finding.unknown(&unknown),
    };
    let flags = if *protocol == Protocol::Tcp { "-ltnp" } else { "-lunp" };
    let source = format!("ss {flags} 'sport = :{port}'");
    for listener in fact.listeners.iter().take(3) {
        finding.show(Layer::Live, &source, described(view, listener));
        if let Some(socket) = &listener.socket_unit {
            finding.show(
                Layer::Loaded,
                format!("systemctl show {socket} -p Listen,Triggers"),
                format!("{socket} listens"),
            );
        }
    }
    if fact.listeners.is_empty() {
        finding.show(Layer::Live, &source, "no socket listens");
    }
    let of_unit: Vec<&Listener> = fact.listeners.iter().filter(|listener| belongs_to_unit(listener)).collect();
    if of_unit.is_empty() {
        return absent(view, check, &fact.listeners, finding);
    }
    let addresses = || of_unit.iter().map(|listener| listener.address.to_string()).collect::<Vec<_>>().join(", ");
    let loopback = of_unit.iter().all(|listener| listener.address.is_loopback());
    let reaches = |wanted: IpAddr| {
        of_unit.iter().any(|listener| {
            let address = listener.address;
            // A socket on :: accepts IPv4, too, unless IPV6_V6ONLY is set.
            address == wanted
                || address.is_unspecified() && (address.is_ipv4() == wanted.is_ipv4() || address.is_ipv6())
        })
    };
    let right = match address {
        None => true,
        Some(Address::Any) => of_unit.iter().any(|listener| listener.address.is_unspecified()),
        Some(Address::Loopback) => loopback,
        Some(Address::Exactly(wanted)) => reaches(*wanted),
    };
    if right {
        return finding.passed(described(view, of_unit[0]));
    }
    finding.because(match address {
        Some(Address::Loopback) => Some(
            Cause::ListensForEverybody
                .because(format!("{} listens on {}, which other machines can reach.", view.unit, addresses()))
                .next_step("make the program bind to 127.0.0.1, with its option or configuration file"),
        ),
        _ if loopback => Some(
            Cause::ListensOnLoopbackOnly
                .because(format!("{} listens on {}, which no other machine can reach.", view.unit, addresses()))
                .next_step("make the program bind to 0.0.0.0 or ::, with its option or configuration file"),
        ),
        _ => None,
    });
    finding.failed(format!("it listens on {}", addresses()))
}

fn belongs_to_unit(listener: &Listener) -> bool {
    matches!(listener.owner, PortOwner::Unit { .. }) || listener.socket_unit.is_some()
}

fn described(view: &UnitView, listener: &Listener) -> String {
    let at = listener.address;
    match (&listener.owner, &listener.socket_unit) {
        (PortOwner::Unit { pid }, _) => format!("{at}: pid {pid} of {}", view.unit),
        (_, Some(socket)) => format!("{at}: systemd holds it for {socket}, which starts {}", view.unit),
        (PortOwner::Other { pid, comm }, _) => format!("{at}: pid {pid} {comm}, not a process of {}", view.unit),
        (PortOwner::NoListener | PortOwner::Unknown, _) => format!("{at}: its owner is unknown"),
    }
}

/// The verdict if no socket on the port belongs to the unit.
fn absent(view: &UnitView, check: &Listens, listeners: &[Listener], mut finding: Finding) -> Verdict {
    let (word, port) = (check.protocol.word(), check.port);
    let mut others = listeners.iter().filter_map(|listener| match &listener.owner {
        PortOwner::Other { pid, comm } => Some((*pid, comm)),
        _ => None,
    });
    if listeners.iter().any(|listener| matches!(listener.owner, PortOwner::Unknown | PortOwner::NoListener)) {
        return finding.unknown(&Unknown {
            reason: format!("a socket listens on {word} port {port}, but its owner is unknown"),
            remedy: Some("run the check as root, which can see the sockets of every process".into()),
        });
    }
    if let Some((pid, comm)) = others.next() {
        finding.because([foreign_listener(view, port, pid, comm)]);
        return finding.failed(format!("pid {pid} ({comm}) listens there, not {}", view.unit));
    }
    if let Ok(unit) = view.loaded() {
        let files = view.files();
        let unit_files = files.as_ref().ok().map(|files| UnitFiles::read(files));
        if unit.get("ActiveState") != "active" {
            finding.because(why_not_running(view, unit, unit_files.as_ref(), None));
        } else if unit.get("PrivateNetwork") == "yes" {
            finding.show(Layer::Loaded, view.show("PrivateNetwork"), "PrivateNetwork=yes");
            finding.because([Cause::PrivateNetwork
                .because(format!(
                    "PrivateNetwork=yes gives {} a private network that other processes cannot reach.",
                    view.unit
                ))
                .next_step("remove PrivateNetwork=, then sudo systemctl daemon-reload and restart")]);
        } else if let Some(unit_files) = &unit_files {
            // Perhaps a command with this port was replaced by one without it.
            let word = port.to_string();
            let has = |command: &str| command.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| part == word);
            finding.because(directive_mistakes(unit_files, "ExecStart", &has));
        }
    }
    finding.failed(format!("no socket listens on {word} port {port}"))
}
