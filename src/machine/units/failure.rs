//! What is left to be seen of a failure: the last words of a unit's processes, what lies at the paths that its start
//! needs, and who has its ports. A unit that is up and has not failed is not looked into.

use std::path::{Path, PathBuf};

use crate::model::{
    End, Ended, ExecCommand, FailureFact, Holder, Needed, Ports, Protocol, Purpose, UnitFact, ended, is_address_in_use,
};

use crate::machine::accounts::account::{identity, unknown_groups};
use crate::machine::files::denied;
use crate::machine::files::file::file;
use crate::machine::files::program_head::{SEARCH_PATH, head};
use crate::machine::journal::{Journal, last_messages, manager_messages};
use crate::machine::processes::walk as processes;
use crate::machine::sockets::listens as sockets;
use crate::machine::units::environment::assumed;
use crate::machine::view::View;

/// Directives that put paths into a unit's own view of the files; a `-` before one lets it be missing.
const NAMESPACE: [&str; 7] = [
    "ReadWritePaths",
    "ReadOnlyPaths",
    "InaccessiblePaths",
    "ExecPaths",
    "NoExecPaths",
    "BindPaths",
    "BindReadOnlyPaths",
];
/// More paths than this are not looked at.
const MOST_PATHS: usize = 16;
/// More ports than this are not looked for.
const MOST_PORTS: usize = 16;
/// errno(3), which many programs name beside the words.
const EADDRINUSE: u16 = 98;
/// Looks into the failure of a unit, if it has failed; of one that is down for whatever reason, what the manager says.
pub(crate) fn failure(view: &View, journal: &Journal, unit: &UnitFact) -> FailureFact {
    // A journal that cannot be read leaves the rest to be seen.
    let manager = if is_down(unit) { manager_messages(journal, unit).unwrap_or_default() } else { vec![] };
    if !has_failed(unit) {
        return FailureFact { manager, ..FailureFact::default() };
    }
    let said = last_messages(journal, unit).unwrap_or_default();
    let rooted = ["RootDirectory", "RootImage"].iter().any(|name| !unit.get(name).is_empty());
    let ended = ended(unit);
    let paths = if rooted { vec![] } else { paths(view, unit, ended.as_ref(), &said) };
    let unknown_groups = match ended {
        Some(Ended { end: End::Exited(216), .. }) => unknown_groups(view, unit),
        _ => vec![],
    };
    let free_ports_from = denied::complained(&said).then(|| free_ports_from(view)).flatten();
    FailureFact {
        manager,
        assumed: if rooted { vec![] } else { assumed(view, unit, &said) },
        holders: holders(view, unit, &said),
        paths,
        unknown_groups,
        free_ports_from,
        identity: identity(view, unit),
        said,
    }
}

fn has_failed(unit: &UnitFact) -> bool {
    let is = |name: &str, usual: &[&str]| usual.contains(&unit.get(name));
    !is("Result", &["", "success"])
        || !is("NRestarts", &["", "0"])
        || is("ActiveState", &["failed", "activating"])
        || !is("ExecMainStatus", &["", "0"])
}

fn is_down(unit: &UnitFact) -> bool {
    let up = ["active", "reloading", "refreshing"].contains(&unit.get("ActiveState"));
    unit.get("LoadState") == "loaded" && !up
}

/// The first port that everybody may listen on, by the kernel (ip(7)).
fn free_ports_from(view: &View) -> Option<u16> {
    view.proc_text("sys/net/ipv4/ip_unprivileged_port_start").ok()?.trim().parse().ok()
}

/// What the step needs that the start ended at; after that, what it was denied.
fn paths(view: &View, unit: &UnitFact, ended: Option<&Ended>, said: &[String]) -> Vec<Needed> {
    let mut wanted: Vec<(PathBuf, Purpose)> = Vec::new();
    let folder = unit.get("WorkingDirectory");
    let status = match ended {
        Some(Ended { end: End::Exited(status), .. }) => *status,
        _ => 0,
    };
    match status {
        // What a shell and env(1) end with that have found no program.
        203 | 126 | 127 => {
            let command = ended.and_then(|ended| ended.command.as_ref());
            wanted.extend(command.map(|command| (program(view, command), Purpose::Program)));
        }
        // `!` stands for the `-` that lets it be missing.
        200 if folder.starts_with('/') => wanted.push((folder.into(), Purpose::WorkingDirectory)),
        226 => wanted.extend(NAMESPACE.iter().flat_map(|name| {
            let sources = unit.list(name).into_iter().map(|entry| entry.split(':').next().unwrap_or(entry));
            sources.filter(|path| path.starts_with('/')).map(|path| (path.into(), Purpose::Namespace((*name).into())))
        })),
        _ => {
            let folder = Path::new(if folder.starts_with('/') { folder } else { "/" });
            wanted.extend(denied::paths(said).into_iter().map(|path| (folder.join(path), Purpose::Denied)));
            wanted.extend(denied::read_only(said).into_iter().map(|path| (folder.join(path), Purpose::ReadOnly)));
        }
    }
    wanted.into_iter().take(MOST_PATHS).filter_map(|(path, purpose)| look(view, &path, purpose, unit)).collect()
}

/// The command's program: where it was found, else as it is written.
fn program(view: &View, command: &ExecCommand) -> PathBuf {
    let name = Path::new(command.path);
    let found = SEARCH_PATH.iter().map(|folder| Path::new(folder).join(name)).find(|path| view.exists(path));
    found.unwrap_or_else(|| name.into())
}

/// A path that leads nowhere is told with the nearest folder above that is there.
fn look(view: &View, path: &Path, purpose: Purpose, unit: &UnitFact) -> Option<Needed> {
    let at = |path: &Path| file(view, path.to_str()?, None, Some(unit)).ok();
    let mut found = at(path)?;
    if found.node.is_none() && path.is_absolute() {
        let nearest = path.ancestors().skip(1).find_map(|above| at(above).filter(|found| found.node.is_some()));
        found.folders = nearest.map(|above| above.node.into_iter().chain(above.folders).collect()).unwrap_or_default();
    }
    let head = (purpose == Purpose::Program).then(|| head(view, path)).flatten();
    Some(Needed { path: path.to_str()?.to_owned(), purpose, found, head })
}

/// Who has a port that the unit's complaint names; where it names none, one that its command line or environment may
/// mean.
fn holders(view: &View, unit: &UnitFact, said: &[String]) -> Vec<Holder> {
    let complaints: Vec<Ports> =
        said.iter().filter(|line| is_address_in_use(line)).map(|line| Ports::of(line)).collect();
    if complaints.is_empty() {
        return vec![];
    }
    let mut ports: Vec<u16> = complaints.iter().flat_map(|ports| &ports.named).copied().collect();
    if ports.is_empty() {
        let commands = ExecCommand::parse_all(unit.get("ExecStart")).into_iter().map(|command| command.argv);
        let told = commands.chain([unit.get("Environment")]).flat_map(|text| Ports::of(text).all());
        let possible = complaints.iter().flat_map(|ports| &ports.possible).copied().filter(|port| *port != EADDRINUSE);
        ports = possible.chain(told).collect();
    }
    ports.sort_unstable();
    ports.dedup();
    ports.truncate(MOST_PORTS);
    let Ok(all) = processes::walk(view, &[unit]) else { return vec![] };
    let both = |port: &u16| [Protocol::Tcp, Protocol::Udp].map(|protocol| (protocol, *port));
    ports
        .iter()
        .flat_map(both)
        .filter_map(|(protocol, port)| sockets::holder(view, (protocol, port), unit, &all))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{ExecCommand, Journal, UnitFact, View, failure, has_failed, program};

    fn unit(properties: &[(&str, &str)]) -> UnitFact {
        UnitFact { properties: properties.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect() }
    }

    #[test]
    fn what_has_not_failed_is_not_looked_into() {
        let up = [("ActiveState", "active"), ("Result", "success"), ("NRestarts", "0"), ("ExecMainStatus", "0")];
        assert_eq!(failure(&View::live(), &Journal::default(), &unit(&up)), super::FailureFact::default());
        for (name, value) in
            [("ActiveState", "failed"), ("Result", "exit-code"), ("NRestarts", "2"), ("ExecMainStatus", "203")]
        {
            let mut down = unit(&up);
            down.properties.insert(name.into(), value.into());
            assert!(has_failed(&down), "{name}={value}");
        }
        assert!(!has_failed(&unit(&[])));
    }

    #[test]
    fn a_program_is_looked_for_where_systemd_does() {
        let of = |path: &str| {
            let shown = format!("{{ path={path} ; argv[]={path} -x ; ignore_errors=no ; start_time=[n/a] ; }}");
            program(&View::live(), &ExecCommand::parse_all(&shown)[0])
        };
        for path in ["/no/such", "no-such-program"] {
            assert_eq!(of(path).to_str(), Some(path));
        }
        assert!(of("sh").is_absolute());
    }
}
