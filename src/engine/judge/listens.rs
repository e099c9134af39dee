//! `listens`: a socket waits on the port, and it is held by a process of the unit, or by the manager for the unit's own
//! socket unit.

use std::net::IpAddr;

use crate::engine::ask;
use crate::engine::diagnose::{directive_mistakes, foreign_listener, why_not_running};
use crate::engine::finding::Finding;
use crate::engine::unit_files::UnitFiles;
use crate::engine::unit_view::UnitView;
use crate::model::{Address, Cause, Layer, Listener, Listens, PortOwner, Protocol, Unknown, Verdict};

pub(super) fn judge(view: &UnitView, demand: &Listens) -> Verdict {
    let Listens { port, protocol, address } = demand;
    let word = protocol.word();
    let on = match address {
        None => String::new(),
        Some(Address::Any) => " on every address".into(),
        Some(Address::Loopback) => " on loopback only".into(),
        Some(Address::Exactly(address)) => format!(" on {address}"),
    };
    let mut finding = Finding::expecting(format!("{} listens on {word} port {port}{on}", view.unit));
    let fact = match view.live(&ask::listens(view.unit, demand)) {
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
                format!("{socket} has it"),
            );
        }
    }
    if fact.listeners.is_empty() {
        finding.show(Layer::Live, &source, "no socket listens");
    }
    let own: Vec<&Listener> = fact.listeners.iter().filter(|listener| is_own(listener)).collect();
    if own.is_empty() {
        return absent(view, demand, &fact.listeners, finding);
    }
    let addresses = || own.iter().map(|listener| listener.address.to_string()).collect::<Vec<_>>().join(", ");
    let loopback = own.iter().all(|listener| listener.address.is_loopback());
    let reaches = |wanted: IpAddr| {
        own.iter().any(|listener| {
            let address = listener.address;
            // A socket on :: takes IPv4 too, but for those that were told not to.
            address == wanted
                || address.is_unspecified() && (address.is_ipv4() == wanted.is_ipv4() || address.is_ipv6())
        })
    };
    let right = match address {
        None => true,
        Some(Address::Any) => own.iter().any(|listener| listener.address.is_unspecified()),
        Some(Address::Loopback) => loopback,
        Some(Address::Exactly(wanted)) => reaches(*wanted),
    };
    if right {
        return finding.passed(described(view, own[0]));
    }
    finding.because(match address {
        Some(Address::Loopback) => Some(
            Cause::ListensForEverybody
                .because(format!("{} listens on {}, where other machines can reach it too.", view.unit, addresses()))
                .next_step("have the program bind to 127.0.0.1, by its own option or configuration"),
        ),
        _ if loopback => Some(
            Cause::ListensOnLoopbackOnly
                .because(format!("{} listens on {}, where no other machine can reach it.", view.unit, addresses()))
                .next_step("have the program bind to 0.0.0.0 or ::, by its own option or configuration"),
        ),
        _ => None,
    });
    finding.failed(format!("it listens on {}", addresses()))
}

fn is_own(listener: &Listener) -> bool {
    matches!(listener.owner, PortOwner::Unit { .. }) || listener.socket_unit.is_some()
}

fn described(view: &UnitView, listener: &Listener) -> String {
    let at = listener.address;
    match (&listener.owner, &listener.socket_unit) {
        (PortOwner::Unit { pid }, _) => format!("{at}: pid {pid} of {}", view.unit),
        (_, Some(socket)) => format!("{at}: systemd holds it for {socket}, which starts {}", view.unit),
        (PortOwner::Other { pid, comm }, _) => format!("{at}: pid {pid} {comm}, which is no process of {}", view.unit),
        (PortOwner::Nobody | PortOwner::Unseen, _) => format!("{at}: its owner is unknown"),
    }
}

/// No socket there is the unit's.
fn absent(view: &UnitView, demand: &Listens, listeners: &[Listener], mut finding: Finding) -> Verdict {
    let (word, port) = (demand.protocol.word(), demand.port);
    let mut others = listeners.iter().filter_map(|listener| match &listener.owner {
        PortOwner::Other { pid, comm } => Some((*pid, comm)),
        _ => None,
    });
    if listeners.iter().any(|listener| matches!(listener.owner, PortOwner::Unseen | PortOwner::Nobody)) {
        return finding.unknown(&Unknown {
            reason: format!("a socket listens on {word} port {port}, and its owner is unknown"),
            remedy: Some("run the check as root, who may see every process's sockets".into()),
        });
    }
    if let Some((pid, comm)) = others.next() {
        finding.because([foreign_listener(view, port, pid, comm)]);
        return finding.failed(format!("pid {pid} ({comm}) listens there, not {}", view.unit));
    }
    if let Ok(unit) = view.loaded() {
        let files = view.files();
        let layers = files.as_ref().ok().map(|files| UnitFiles::read(files));
        if unit.get("ActiveState") != "active" {
            finding.because(why_not_running(view, unit, layers.as_ref(), None));
        } else if unit.get("PrivateNetwork") == "yes" {
            finding.show(Layer::Loaded, view.show("PrivateNetwork"), "PrivateNetwork=yes");
            finding.because([Cause::PrivateNetwork
                .because(format!(
                    "PrivateNetwork=yes gives {} its own network, which other processes cannot reach.",
                    view.unit
                ))
                .next_step("remove PrivateNetwork=, then sudo systemctl daemon-reload and restart")]);
        } else if let Some(layers) = &layers {
            // One command has the port, and another one that takes its place has not.
            let word = port.to_string();
            let has = |command: &str| command.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| part == word);
            finding.because(directive_mistakes(layers, "ExecStart", &has));
        }
    }
    finding.failed(format!("no socket listens on {word} port {port}"))
}
