//! `runs-as`: the uid of the live processes, and whether the next start would make them root.
//!
//! The uids of the processes decide, not `User=` (truths 1–10). But a service that runs as root after its next start fails,
//! too, so the loaded settings and the files on disk are judged as well.

use crate::engine::diagnose::{directive_mistakes, needs_restart, stale, why_not_running};
use crate::engine::directive_value::boolean;
use crate::engine::finding::Finding;
use crate::engine::unit_files::UnitFiles;
use crate::engine::unit_view::UnitView;
use crate::model::{Cause, Diagnosis, ExecCommand, Layer, Process, UnitFact, Unknown, Verdict};

pub(super) fn judge(view: &UnitView, root: bool) -> Verdict {
    let mut finding = Finding::expecting(if root { "uid 0 (root)" } else { "a uid other than 0" });
    let (unit, processes) = match (view.loaded(), view.processes()) {
        (Ok(unit), Ok(fact)) => (unit, &fact.processes),
        (Err(unknown), _) | (_, Err(unknown)) => return finding.unknown(&unknown),
    };
    let files = view.files();
    let unit_files = files.as_ref().ok().map(|files| UnitFiles::read(files));
    let layers = Layers { view, unit, unit_files: unit_files.as_ref() };
    layers.show(&mut finding);
    if processes.is_empty() {
        finding.because(why_not_running(view, unit, unit_files.as_ref(), None));
        return finding.failed("no process of it is running");
    }
    if let Some(starting) = processes.iter().find(|process| is_starting(process)) {
        return finding.unknown(&Unknown {
            reason: format!("pid {} {} is still being started", starting.pid, starting.comm),
            remedy: Some("check again in a second".into()),
        });
    }
    let wrong = wrong(processes, root);
    let relevant = if wrong.is_empty() { processes.iter().collect() } else { wrong.clone() };
    for process in relevant.iter().take(3) {
        let source = format!("ps -o uid,pid,comm -p {}", process.pid);
        finding.show(Layer::Live, source, format!("{} {} {}", process.uid, process.pid, process.comm));
    }
    let observed = listed(&relevant);
    if !wrong.is_empty() {
        finding.because(if root { layers.why_not_root() } else { layers.why_root(&wrong) });
        return finding.failed(observed);
    }
    if root {
        return finding.passed(observed);
    }
    match layers.pending_root() {
        None => finding.passed(observed),
        Some((what, causes)) => {
            finding.because(causes);
            finding.failed(format!("{observed} now, and root at the next start: {what}"))
        }
    }
}

/// Whether what runs now is wrong, whatever the next start would run. The check must have failed.
pub(super) fn is_wrong_now(view: &UnitView, root: bool) -> bool {
    view.processes().is_ok_and(|fact| fact.processes.is_empty() || !wrong(&fact.processes, root).is_empty())
}

/// With root = true, the main process must be root. With root = false, no process may be root.
fn wrong(processes: &[Process], root: bool) -> Vec<&Process> {
    let has_main = processes.iter().any(|process| process.main);
    let is_wrong = |process: &&Process| {
        if root { process.uid != 0 && (process.main || !has_main) } else { process.uid == 0 }
    };
    processes.iter().filter(is_wrong).collect()
}

/// Between fork and execve, systemd's child is named `(name)` and is still root.
fn is_starting(process: &Process) -> bool {
    process.uid == 0 && process.comm.starts_with('(') && process.comm.ends_with(')') && process.comm != "(sd-pam)"
}

/// `uid 0 (root), pid 214 python3`, and how many more.
fn listed(processes: &[&Process]) -> String {
    let one = |process: &&Process| {
        let name = if process.user.is_empty() { String::new() } else { format!(" ({})", process.user) };
        format!("uid {}{name}, pid {} {}", process.uid, process.pid, process.comm)
    };
    let shown: Vec<String> = processes.iter().take(3).map(one).collect();
    let more = processes.len().saturating_sub(3);
    let more = if more == 0 { String::new() } else { format!("; and {more} more") };
    format!("{}{more}", shown.join("; "))
}

/// Why systemd starts a service as root.
struct RootReason {
    directive: &'static str,
    text: String,
}

/// Why this manager would start it as root, by the loaded settings alone.
fn loaded_root(unit: &UnitFact) -> Option<RootReason> {
    if unit.get("LoadState") != "loaded" {
        // systemd does not start it at all.
        return None;
    }
    let prefix = ExecCommand::parse_all(unit.get("ExecStartEx")).iter().find_map(ExecCommand::root_prefix);
    if let Some(prefix) = prefix {
        return Some(RootReason {
            directive: "ExecStart",
            text: format!("the {prefix} before the command overrides User="),
        });
    }
    root_user(unit.get("User"), unit.get("DynamicUser") == "yes")
}

fn root_user(user: &str, dynamic: bool) -> Option<RootReason> {
    match user {
        "" if dynamic => None,
        "" => Some(RootReason { directive: "User", text: "no User= is set".into() }),
        // Another name may have uid 0, too. Only a started process or its manager shows that.
        _ if user == "root" || user.parse() == Ok(0u32) => {
            Some(RootReason { directive: "User", text: format!("User={user}") })
        }
        _ => None,
    }
}

/// The text with a capital first letter.
fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The uid of `User=` when the running process was started; none without `User=`.
fn started_uid(unit: &UnitFact) -> Option<u32> {
    unit.get("UID").parse().ok()
}

struct Layers<'a> {
    view: &'a UnitView<'a>,
    unit: &'a UnitFact,
    unit_files: Option<&'a UnitFiles<'a>>,
}

impl Layers<'_> {
    fn show(&self, finding: &mut Finding) {
        if let Some(unit_files) = self.unit_files {
            let (place, text) = unit_files.evidence(self.view.unit, "User");
            finding.show(Layer::File, place, text);
        }
        let user = format!("User={}", self.unit.get("User"));
        finding.show(Layer::Loaded, self.view.show("User"), if user == "User=" { "User= is not set" } else { &user });
        if self.unit.get("DynamicUser") == "yes" {
            finding.show(Layer::Loaded, self.view.show("DynamicUser"), "DynamicUser=yes");
        }
    }

    /// Why the processes in `wrong` are root.
    fn why_root(&self, wrong: &[&Process]) -> Vec<Diagnosis> {
        match loaded_root(self.unit) {
            Some(root) if self.disk_is_root() == Some(false) => vec![self.stale(&root)],
            Some(root) => {
                let mistakes =
                    self.unit_files.map(|unit_files| directive_mistakes(unit_files, root.directive, &|user| root_user(user, false).is_none()));
                mistakes.unwrap_or_default().into_iter().chain([self.runs_as_root(&root)]).collect()
            }
            None if self.twin_runs_as_root() || self.is_root_account(self.unit.get("User")) => {
                let what = format!("User={} is an account with uid 0", self.unit.get("User"));
                vec![self.runs_as_root(&RootReason { directive: "User", text: what })]
            }
            None if wrong.iter().any(|process| process.main) => {
                let user = match self.unit.get("User") {
                    "" => "a dynamic user".to_owned(),
                    user => format!("User={user}"),
                };
                let what = format!("{user} is loaded, but the running process was started as root before");
                vec![needs_restart(self.view, &what)]
            }
            None => vec![Cause::RunsAsRoot.because(format!(
                    "The main process runs as User={}, but pid {} {} is root: it became root by itself, as with sudo, or is left from an earlier run.",
                    self.unit.get("User"),
                    wrong[0].pid,
                    wrong[0].comm
                )).next_step(format!("systemctl status {}", self.view.unit))],
        }
    }

    fn why_not_root(&self) -> Vec<Diagnosis> {
        match loaded_root(self.unit) {
            // A prefix does not change the property UID, which therefore does not show when the prefix was loaded.
            Some(root) if root.directive == "User" && started_uid(self.unit).is_some_and(|uid| uid != 0) => {
                vec![needs_restart(self.view, &format!("After this process started, {} was loaded", root.text))]
            }
            None if self.disk_is_root() == Some(true) => vec![stale(self.view, self.unit_files, "User")],
            _ => vec![],
        }
    }

    /// If no process is root now: why the next start makes it root, with the causes.
    fn pending_root(&self) -> Option<(String, Vec<Diagnosis>)> {
        // The twin runs the same files, and not as root: the service gives up root by itself (truth 5).
        let drops_it = self
            .view
            .twin_processes()
            .is_some_and(|fact| !fact.processes.is_empty() && fact.processes.iter().all(|process| process.uid != 0));
        if drops_it {
            return None;
        }
        if let Some(root) = loaded_root(self.unit) {
            // Either another user was loaded at the start, or the service was root and gave up root by itself.
            let changed = root.directive == "ExecStart" || started_uid(self.unit).is_some_and(|uid| uid != 0);
            return changed.then(|| {
                let cause = needs_restart(self.view, &format!("After this process started, {} was loaded", root.text));
                (root.text, vec![cause])
            });
        }
        let root = self.root_on_disk()?;
        let stale = self.stale(&root);
        Some((root.text, vec![stale]))
    }

    /// Why it would be root after a reload: as the twin shows, or without a twin by reading the files.
    fn root_on_disk(&self) -> Option<RootReason> {
        if let Some(reloaded) = self.view.twin_loaded() {
            let uid0 = || {
                let what = format!("User={} is an account with uid 0", reloaded.get("User"));
                let becomes = self.twin_runs_as_root() || self.is_root_account(reloaded.get("User"));
                (becomes && reloaded.get("User") != self.unit.get("User"))
                    .then_some(RootReason { directive: "User", text: what })
            };
            return loaded_root(reloaded).or_else(uid0);
        }
        let unit_files = self.unit_files?;
        let marked = |root: RootReason| RootReason {
            text: format!("{}, by unitlab's own reading of the files", root.text),
            ..root
        };
        let command =
            unit_files.effective("ExecStart").map(|written| written.value.trim_start_matches(['@', '-', ':']));
        // Unlike `!`, `!!` has no effect if the kernel supports ambient capabilities.
        let prefix = command.and_then(|command| command.chars().next()).filter(|first| {
            *first == '+' || *first == '!' && command.is_some_and(|command| !command.starts_with("!!"))
        });
        if let Some(prefix) = prefix {
            return Some(marked(RootReason {
                directive: "ExecStart",
                text: format!("the {prefix} before the command overrides User="),
            }));
        }
        let dynamic = unit_files.effective("DynamicUser").and_then(|written| boolean(written.value));
        root_user(unit_files.effective("User").map_or("", |written| written.value), dynamic == Some(true)).map(marked)
    }

    /// Whether the files on disk start it as root. None with neither a twin nor the files.
    fn disk_is_root(&self) -> Option<bool> {
        let is_known = self.view.twin_loaded().is_some() || self.unit_files.is_some();
        is_known.then(|| self.root_on_disk().is_some())
    }

    /// The twin resolves the user to uid 0, or a process on it is root.
    fn twin_runs_as_root(&self) -> bool {
        self.view.twin_loaded().and_then(started_uid) == Some(0)
            || self.view.twin_processes().is_some_and(|fact| fact.processes.iter().any(|process| process.uid == 0))
    }

    /// The user is another name for uid 0 on this machine.
    fn is_root_account(&self, user: &str) -> bool {
        self.view.processes().is_ok_and(|fact| fact.roots.iter().any(|name| name == user))
    }

    fn stale(&self, root: &RootReason) -> Diagnosis {
        stale(self.view, self.unit_files, root.directive)
    }

    fn runs_as_root(&self, root: &RootReason) -> Diagnosis {
        let written = self.unit_files.and_then(|unit_files| unit_files.effective(root.directive));
        let what = &root.text;
        let text = match written {
            Some(written) => format!("{}: {what}, so systemd starts it as root.", written.place()),
            None => capitalized(&format!("{what}, so systemd starts it as root.")),
        };
        let next = if root.directive == "User" {
            "under [Service], set User= to a system account for this service, then sudo systemctl daemon-reload and restart"
        } else {
            "remove the prefix from ExecStart=, then sudo systemctl daemon-reload and restart"
        };
        Cause::RunsAsRoot.because(text).next_step(next)
    }
}
