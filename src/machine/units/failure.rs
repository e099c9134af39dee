//! The traces of a failure: the last messages of a unit's processes, the files that its start needs, and the processes on
//! its ports. A unit that is up and has not failed has none.

use std::path::{Path, PathBuf};

use crate::model::{
    End, Ended, ExecCommand, FailureFact, PortHolder, Ports, Protocol, Purpose, RequiredPath, UnitFact, ended,
    is_address_in_use,
};

use crate::machine::accounts::account::{identity, unknown_groups};
use crate::machine::files::file::file;
use crate::machine::files::paths_in_messages;
use crate::machine::files::program_format::{SEARCH_PATH, program_format};
use crate::machine::journal::{Journal, last_messages, manager_messages};
use crate::machine::processes::walk as processes;
use crate::machine::sockets::listens as sockets;
use crate::machine::units::environment::missing_from_environment;
use crate::machine::view::View;

/// Directives with paths for a unit's mount namespace; a path with a `-` prefix may be missing.
const NAMESPACE_DIRECTIVES: [&str; 7] = [
    "ReadWritePaths",
    "ReadOnlyPaths",
    "InaccessiblePaths",
    "ExecPaths",
    "NoExecPaths",
    "BindPaths",
    "BindReadOnlyPaths",
];
/// More paths are not examined.
const MAX_PATHS: usize = 16;
/// More ports are not examined.
const MAX_PORTS: usize = 16;
/// errno(3); many programs print the number beside the text.
const EADDRINUSE: u16 = 98;

/// The traces of a failed unit. A unit that is down without a failure has the manager's messages only.
pub(crate) fn failure(view: &View, journal: &Journal, unit: &UnitFact) -> FailureFact {
    // Without the journal, the other traces still count.
    let manager_messages = if is_down(unit) { manager_messages(journal, unit).unwrap_or_default() } else { vec![] };
    if !has_failed(unit) {
        return FailureFact { manager_messages, ..FailureFact::default() };
    }
    let messages = last_messages(journal, unit).unwrap_or_default();
    let has_own_root = ["RootDirectory", "RootImage"].iter().any(|name| !unit.get(name).is_empty());
    let ended = ended(unit);
    let paths = if has_own_root { vec![] } else { paths(view, unit, ended.as_ref(), &messages) };
    let unknown_groups = match ended {
        Some(Ended { end: End::Exited(216), .. }) => unknown_groups(view, unit),
        _ => vec![],
    };
    let first_unprivileged_port =
        paths_in_messages::reports_denied_permission(&messages).then(|| first_unprivileged_port(view)).flatten();
    FailureFact {
        manager_messages,
        missing: if has_own_root { vec![] } else { missing_from_environment(view, unit, &messages) },
        port_holders: port_holders(view, unit, &messages),
        paths,
        unknown_groups,
        first_unprivileged_port,
        identity: identity(view, unit),
        messages,
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

/// The first port that needs no capability (ip(7)).
fn first_unprivileged_port(view: &View) -> Option<u16> {
    view.proc_text("sys/net/ipv4/ip_unprivileged_port_start").ok()?.trim().parse().ok()
}

/// The paths of the step that failed; if the program itself failed, the paths that it was denied.
fn paths(view: &View, unit: &UnitFact, ended: Option<&Ended>, messages: &[String]) -> Vec<RequiredPath> {
    let mut wanted: Vec<(PathBuf, Purpose)> = Vec::new();
    let directory = unit.get("WorkingDirectory");
    let status = match ended {
        Some(Ended { end: End::Exited(status), .. }) => *status,
        _ => 0,
    };
    match status {
        // Shells and env(1) exit with 126 or 127 if they cannot run a program.
        203 | 126 | 127 => {
            let command = ended.and_then(|ended| ended.command.as_ref());
            wanted.extend(command.map(|command| (find_program(view, command), Purpose::Program)));
        }
        // systemctl shows a `!` for the `-` prefix.
        200 if directory.starts_with('/') => wanted.push((directory.into(), Purpose::WorkingDirectory)),
        226 => wanted.extend(NAMESPACE_DIRECTIVES.iter().flat_map(|name| {
            let sources = unit.list(name).into_iter().map(|entry| entry.split(':').next().unwrap_or(entry));
            sources.filter(|path| path.starts_with('/')).map(|path| (path.into(), Purpose::Namespace((*name).into())))
        })),
        _ => {
            let directory = Path::new(if directory.starts_with('/') { directory } else { "/" });
            wanted.extend(
                paths_in_messages::denied_paths(messages)
                    .into_iter()
                    .map(|path| (directory.join(path), Purpose::Denied)),
            );
            wanted.extend(
                paths_in_messages::read_only_paths(messages)
                    .into_iter()
                    .map(|path| (directory.join(path), Purpose::ReadOnly)),
            );
        }
    }
    wanted.into_iter().take(MAX_PATHS).filter_map(|(path, purpose)| required_path(view, &path, purpose, unit)).collect()
}

/// The path of the command's program, as found or else as written.
fn find_program(view: &View, command: &ExecCommand) -> PathBuf {
    let name = Path::new(command.path);
    let found = SEARCH_PATH.iter().map(|directory| Path::new(directory).join(name)).find(|path| view.exists(path));
    found.unwrap_or_else(|| name.into())
}

/// What is at a path; for a missing one, the nearest directory above it that exists.
fn required_path(view: &View, path: &Path, purpose: Purpose, unit: &UnitFact) -> Option<RequiredPath> {
    let at = |path: &Path| file(view, path.to_str()?, None, Some(unit)).ok();
    let mut found = at(path)?;
    if found.node.is_none() && path.is_absolute() {
        let nearest = path.ancestors().skip(1).find_map(|above| at(above).filter(|found| found.node.is_some()));
        found.directories =
            nearest.map(|above| above.node.into_iter().chain(above.directories).collect()).unwrap_or_default();
    }
    let format = (purpose == Purpose::Program).then(|| program_format(view, path)).flatten();
    Some(RequiredPath { path: path.to_str()?.to_owned(), purpose, found, format })
}

/// The processes on the ports that the messages name, or else on those that the command line and environment contain.
fn port_holders(view: &View, unit: &UnitFact, messages: &[String]) -> Vec<PortHolder> {
    let reported: Vec<Ports> =
        messages.iter().filter(|line| is_address_in_use(line)).map(|line| Ports::of(line)).collect();
    if reported.is_empty() {
        return vec![];
    }
    let mut ports: Vec<u16> = reported.iter().flat_map(|ports| &ports.named).copied().collect();
    if ports.is_empty() {
        let commands = ExecCommand::parse_all(unit.get("ExecStart")).into_iter().map(|command| command.argv);
        let configured = commands.chain([unit.get("Environment")]).flat_map(|text| Ports::of(text).all());
        let possible = reported.iter().flat_map(|ports| &ports.possible).copied().filter(|port| *port != EADDRINUSE);
        ports = possible.chain(configured).collect();
    }
    ports.sort_unstable();
    ports.dedup();
    ports.truncate(MAX_PORTS);
    let Ok(all) = processes::walk(view, &[unit]) else { return vec![] };
    let both = |port: &u16| [Protocol::Tcp, Protocol::Udp].map(|protocol| (protocol, *port));
    ports
        .iter()
        .flat_map(both)
        .filter_map(|(protocol, port)| sockets::port_holder(view, (protocol, port), unit, &all))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{ExecCommand, Journal, UnitFact, View, failure, find_program, has_failed};

    fn unit(properties: &[(&str, &str)]) -> UnitFact {
        UnitFact { properties: properties.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect() }
    }

    #[test]
    fn a_unit_that_has_not_failed_has_no_traces() {
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
    fn a_program_is_looked_for_in_systemds_search_path() {
        let of = |path: &str| {
            let shown = format!("{{ path={path} ; argv[]={path} -x ; ignore_errors=no ; start_time=[n/a] ; }}");
            find_program(&View::live(), &ExecCommand::parse_all(&shown)[0])
        };
        for path in ["/no/such", "no-such-program"] {
            assert_eq!(of(path).to_str(), Some(path));
        }
        assert!(of("sh").is_absolute());
    }
}
