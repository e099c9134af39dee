//! The processes of units, from one walk of /proc (proc(5)).
//!
//! Each process is matched to a unit by its own `cgroup` file. The group's `cgroup.procs` has the process ids of the
//! reader's PID namespace, and the reader may be in another one.

use std::io;
use std::time::Duration;

use crate::model::{Process, ProcessesFact, UnitFact, Unknown};

use crate::machine::accounts::passwd::Accounts;
use crate::machine::unknown::unknown_with_remedy;
use crate::machine::view::View;

/// The kernel's limit on process ids.
const MAX_PIDS: usize = 4 << 20;

/// One live process.
#[derive(Debug)]
pub(crate) struct ProcessInfo {
    pub(crate) pid: u32,
    pub(crate) uid: u32,
    pub(crate) comm: String,
    /// Its control group in each hierarchy that a manager may track it by.
    control_groups: Vec<String>,
}

impl ProcessInfo {
    /// The process is in the unit's control group or below it.
    pub(crate) fn belongs_to(&self, unit: &UnitFact) -> bool {
        let group = unit.get("ControlGroup");
        self.control_groups.iter().any(|own| is_under(own, group))
    }

    /// The system service of the process, by its control group; `None` in a session, a scope or a user's manager.
    pub(crate) fn service(&self) -> Option<&str> {
        let mut systems = self.control_groups.iter().filter(|path| !path.contains("/user@"));
        systems.find_map(|path| path.split('/').find(|part| part.ends_with(".service")))
    }

    /// The manager has forked it and it has not called execve(2) yet, so it is still root.
    fn is_starting(&self) -> bool {
        self.comm.starts_with('(') && self.comm.ends_with(')')
    }
}

/// Every live process. While a process of these units is just being started, the walk is repeated for a moment.
pub(crate) fn walk(view: &View, units: &[&UnitFact]) -> Result<Vec<ProcessInfo>, Unknown> {
    const TRIES: usize = 10;
    const PAUSE: Duration = Duration::from_millis(20);
    let mut seen = read_all(view)?;
    for _ in 1..TRIES {
        let starting = |seen: &ProcessInfo| seen.is_starting() && units.iter().any(|unit| seen.belongs_to(unit));
        if !seen.iter().any(starting) {
            break;
        }
        // There is no notification of another process's execve(2).
        std::thread::sleep(PAUSE);
        seen = read_all(view)?;
    }
    Ok(seen)
}

fn read_all(view: &View) -> Result<Vec<ProcessInfo>, Unknown> {
    let cannot = |error: &io::Error| {
        unknown_with_remedy(
            format!("the processes in /proc cannot be read: {error}"),
            "ask as root; /proc may hide the processes of other users",
        )
    };
    // If PID 1 is hidden, /proc hides the processes of other users too.
    view.proc_text("1/status").map_err(|error| cannot(&error))?;
    let names = view.proc_list(".", MAX_PIDS).map_err(|error| cannot(&error))?;
    let pids = names.iter().filter_map(|name| name.to_str()?.parse().ok());
    let mut seen: Vec<ProcessInfo> = pids.filter_map(|pid| process_info(view, pid)).collect();
    seen.sort_by_key(|process| process.pid);
    Ok(seen)
}

/// `None` for a process that is gone or a zombie.
fn process_info(view: &View, pid: u32) -> Option<ProcessInfo> {
    let file = |name: &str| view.proc_text(&format!("{pid}/{name}")).ok();
    let uid = live_uid(&file("status")?)?;
    let control_groups = control_groups(&file("cgroup")?);
    let comm = file("comm")?;
    Some(ProcessInfo { pid, uid, comm: comm.strip_suffix('\n').unwrap_or(&comm).to_owned(), control_groups })
}

/// The effective user id in a `status` file; `None` for a zombie.
fn live_uid(status: &str) -> Option<u32> {
    let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    if field("State:")?.starts_with(['Z', 'X']) {
        return None;
    }
    field("Uid:")?.split_whitespace().nth(1)?.parse().ok()
}

/// The paths in a `cgroup` file (cgroups(7)) of the two hierarchies that systemd tracks services in.
fn control_groups(text: &str) -> Vec<String> {
    let path = |line: &str| {
        line.strip_prefix("0::").or_else(|| line.split_once(":name=systemd:").map(|(_, path)| path)).map(str::to_owned)
    };
    text.lines().filter_map(path).collect()
}

fn is_under(own: &str, group: &str) -> bool {
    match own.strip_prefix(group) {
        _ if group.is_empty() => false,
        Some(rest) => rest.is_empty() || rest.starts_with('/') || group == "/",
        None => false,
    }
}

/// The unit's processes among all. A dynamic user is in no file, so the manager's properties name it.
pub(crate) fn unit_processes(all: &[ProcessInfo], unit: &UnitFact, accounts: &Accounts) -> ProcessesFact {
    let main: u32 = unit.get("MainPID").parse().unwrap_or(0);
    let dynamic_uid = (unit.get("DynamicUser") == "yes").then(|| unit.get("UID").parse::<u32>().ok()).flatten();
    let processes = all.iter().filter(|seen| seen.belongs_to(unit)).map(|seen| {
        let user = match accounts.name(seen.uid) {
            "" if dynamic_uid == Some(seen.uid) => unit.get("User"),
            name => name,
        };
        Process { pid: seen.pid, uid: seen.uid, user: user.to_owned(), comm: seen.comm.clone(), main: seen.pid == main }
    });
    ProcessesFact { processes: processes.collect(), roots: accounts.names(0) }
}

#[cfg(test)]
mod tests {
    use super::{Accounts, ProcessInfo, UnitFact, View, control_groups, is_under, live_uid, unit_processes, walk};

    #[test]
    fn the_effective_user_of_live_processes() {
        for (status, uid) in [
            ("Name:\tnginx\nState:\tS (sleeping)\nUid:\t0\t33\t0\t33\n", Some(33)),
            ("Name:\tUid: 5\nState:\tR (running)\nUid:\t1000\t0\t0\t0\n", Some(0)),
            ("Name:\tgone\nState:\tZ (zombie)\nUid:\t0\t0\t0\t0\n", None),
            ("", None),
        ] {
            assert_eq!(live_uid(status), uid, "{status:?}");
        }
    }

    #[test]
    fn control_groups_of_the_three_hierarchy_layouts() {
        for (text, found) in [
            ("0::/system.slice/a.service\n", vec!["/system.slice/a.service"]),
            (
                "2:pids:/x\n1:name=systemd:/system.slice/a.service\n0::/system.slice/a.service\n",
                vec!["/system.slice/a.service"; 2],
            ),
            ("9:name=systemd:/\n8:pids:/\n0::/init.scope\n", vec!["/", "/init.scope"]),
            ("2:pids:/x\n1:name=systemd:/system.slice/a.service\n", vec!["/system.slice/a.service"]),
        ] {
            assert_eq!(control_groups(text), found, "{text:?}");
        }
    }

    #[test]
    fn a_control_group_contains_what_is_below_it() {
        for (own, group, under) in [
            ("/system.slice/a.service", "/system.slice/a.service", true),
            ("/system.slice/a.service/worker", "/system.slice/a.service", true),
            ("/system.slice/a.service2", "/system.slice/a.service", false),
            ("/system.slice", "/system.slice/a.service", false),
            ("/init.scope", "/", true),
            ("/init.scope", "", false),
        ] {
            assert_eq!(is_under(own, group), under, "{own} {group}");
        }
    }

    #[test]
    fn the_manager_names_a_dynamic_user() {
        let property = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
        let properties =
            [("ControlGroup", "/a"), ("MainPID", "7"), ("DynamicUser", "yes"), ("UID", "61999"), ("User", "a")];
        let unit = UnitFact { properties: properties.into_iter().map(property).collect() };
        let seen = |pid, uid| ProcessInfo { pid, uid, comm: "x".into(), control_groups: vec!["/a".into()] };
        let fact = unit_processes(&[seen(7, 61999), seen(8, 61998)], &unit, &Accounts::default());
        let shown: Vec<_> = fact.processes.iter().map(|process| (process.user.as_str(), process.main)).collect();
        assert_eq!(shown, [("a", true), ("", false)]);
    }

    #[test]
    fn the_walk_finds_this_process() {
        let own = std::process::id();
        let seen = walk(&View::live(), &[]).unwrap();
        assert!(seen.iter().any(|process| process.pid == own && process.uid == rustix::process::geteuid().as_raw()));
    }
}
