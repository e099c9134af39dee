//! `runs-as`: what uid the live processes have, and whether a pending change would make it another one.
//!
//! `User=` is only a wish (truths 1–10): the processes' uids decide. But a process that is right today and will be root
//! at its next start is not right either, so what the manager and the disk would start is held against it.

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
    let layers = files.as_ref().ok().map(|files| UnitFiles::read(files));
    let sight = Sight { view, unit, layers: layers.as_ref() };
    sight.show_layers(&mut finding);
    if processes.is_empty() {
        finding.because(why_not_running(view, unit, layers.as_ref(), None));
        return finding.failed("no process of it is running");
    }
    if let Some(starting) = processes.iter().find(|process| is_starting(process)) {
        return finding.unknown(&Unknown {
            reason: format!("pid {} {} is still being started", starting.pid, starting.comm),
            remedy: Some("check again in a second".into()),
        });
    }
    // Root wanted: the main process has to have it. Root refused: no process may have it.
    let has_main = processes.iter().any(|process| process.main);
    let wrong = |process: &&Process| {
        if root { process.uid != 0 && (process.main || !has_main) } else { process.uid == 0 }
    };
    let wrong: Vec<&Process> = processes.iter().filter(wrong).collect();
    let telling = if wrong.is_empty() { processes.iter().collect() } else { wrong.clone() };
    for process in telling.iter().take(3) {
        let source = format!("ps -o uid,pid,comm -p {}", process.pid);
        finding.show(Layer::Live, source, format!("{} {} {}", process.uid, process.pid, process.comm));
    }
    let observed = listed(&telling);
    if !wrong.is_empty() {
        finding.because(if root { sight.why_not_root() } else { sight.why_root(&wrong) });
        return finding.failed(observed);
    }
    if root {
        return finding.passed(observed);
    }
    match sight.pending_root() {
        None => finding.passed(observed),
        Some((what, causes)) => {
            finding.because(causes);
            finding.failed(format!("{observed} now, and root at the next start: {what}"))
        }
    }
}

/// Between fork and execve the manager's own child, still root, stands in the control group as `(name)`.
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

/// What makes a manager start a service as root, and the directive that is to blame.
struct Root {
    key: &'static str,
    what: String,
}

/// What makes this manager start it as root, if it would, going by the loaded settings alone.
fn declared_root(unit: &UnitFact) -> Option<Root> {
    if unit.get("LoadState") != "loaded" {
        // It would not be started at all.
        return None;
    }
    let prefix = ExecCommand::parse_all(unit.get("ExecStartEx")).iter().find_map(ExecCommand::root_prefix);
    if let Some(prefix) = prefix {
        return Some(Root { key: "ExecStart", what: format!("the {prefix} before the command overrides User=") });
    }
    root_user(unit.get("User"), unit.get("DynamicUser") == "yes")
}

fn root_user(user: &str, dynamic: bool) -> Option<Root> {
    match user {
        "" if dynamic => None,
        "" => Some(Root { key: "User", what: "no User= is set".into() }),
        // Another name may have uid 0 too; then only a started process, or its manager, can tell.
        _ if user == "root" || user.parse() == Ok(0u32) => Some(Root { key: "User", what: format!("User={user}") }),
        _ => None,
    }
}

/// The same, with a capital at its beginning.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The uid that the manager resolved `User=` to when it started what runs now; none where there was no `User=`.
fn started_uid(unit: &UnitFact) -> Option<u32> {
    unit.get("UID").parse().ok()
}

struct Sight<'a> {
    view: &'a UnitView<'a>,
    unit: &'a UnitFact,
    layers: Option<&'a UnitFiles<'a>>,
}

impl Sight<'_> {
    fn show_layers(&self, finding: &mut Finding) {
        if let Some(layers) = self.layers {
            let (place, text) = layers.evidence(self.view.unit, "User");
            finding.show(Layer::File, place, text);
        }
        let user = format!("User={}", self.unit.get("User"));
        finding.show(Layer::Loaded, self.view.show("User"), if user == "User=" { "User= is not set" } else { &user });
        if self.unit.get("DynamicUser") == "yes" {
            finding.show(Layer::Loaded, self.view.show("DynamicUser"), "DynamicUser=yes");
        }
    }

    /// A process is root.
    fn why_root(&self, wrong: &[&Process]) -> Vec<Diagnosis> {
        match declared_root(self.unit) {
            Some(root) if self.disk_is_root() == Some(false) => vec![self.stale(&root)],
            Some(root) => {
                let mistakes =
                    self.layers.map(|layers| directive_mistakes(layers, root.key, &|user| root_user(user, false).is_none()));
                mistakes.unwrap_or_default().into_iter().chain([self.runs_as_root(&root)]).collect()
            }
            None if self.reborn_as_root() || self.is_root_account(self.unit.get("User")) => {
                let what = format!("User={} is an account with uid 0", self.unit.get("User"));
                vec![self.runs_as_root(&Root { key: "User", what })]
            }
            None if wrong.iter().any(|process| process.main) => {
                let user = match self.unit.get("User") {
                    "" => "a user of its own".to_owned(),
                    user => format!("User={user}"),
                };
                let what = format!("{user} is loaded, and the running process was started before, as root");
                vec![needs_restart(self.view, &what)]
            }
            None => vec![Cause::RunsAsRoot.because(format!(
                    "User={} holds for the main process, but pid {} {} is root: it became so by itself, as by sudo, or is left from before.",
                    self.unit.get("User"),
                    wrong[0].pid,
                    wrong[0].comm
                )).next_step(format!("systemctl status {}", self.view.unit))],
        }
    }

    fn why_not_root(&self) -> Vec<Diagnosis> {
        match declared_root(self.unit) {
            // A prefix does not change the uid property, so the property does not show when the prefix was loaded.
            Some(root) if root.key == "User" && started_uid(self.unit).is_some_and(|uid| uid != 0) => {
                vec![needs_restart(self.view, &format!("After this process started, {} was loaded", root.what))]
            }
            None if self.disk_is_root() == Some(true) => vec![stale(self.view, self.layers, "User")],
            _ => vec![],
        }
    }

    /// No process is root. What would make the next one root, if anything would?
    fn pending_root(&self) -> Option<(String, Vec<Diagnosis>)> {
        // A service that a fresh boot of the same files runs, and not as root, gives up root by itself (truth 5).
        let drops_it = self
            .view
            .rebooted_processes()
            .is_some_and(|fact| !fact.processes.is_empty() && fact.processes.iter().all(|process| process.uid != 0));
        if drops_it {
            return None;
        }
        if let Some(root) = declared_root(self.unit) {
            // Started under another user than is loaded now; else it was root before, and gave it up by itself.
            let changed = root.key == "ExecStart" || started_uid(self.unit).is_some_and(|uid| uid != 0);
            return changed.then(|| {
                let cause = needs_restart(self.view, &format!("After this process started, {} was loaded", root.what));
                (root.what, vec![cause])
            });
        }
        let root = self.reloaded_root()?;
        let stale = self.stale(&root);
        Some((root.what, vec![stale]))
    }

    /// What would make it root after a reload, by the twin's word, or else by our own reading.
    fn reloaded_root(&self) -> Option<Root> {
        if let Some(reloaded) = self.view.reloaded() {
            let uid0 = || {
                let what = format!("User={} is an account with uid 0", reloaded.get("User"));
                let becomes = self.reborn_as_root() || self.is_root_account(reloaded.get("User"));
                (becomes && reloaded.get("User") != self.unit.get("User")).then_some(Root { key: "User", what })
            };
            return declared_root(reloaded).or_else(uid0);
        }
        let layers = self.layers?;
        let marked =
            |root: Root| Root { what: format!("{}, by unitlab's own reading of the files", root.what), ..root };
        let command = layers.effective("ExecStart").map(|written| written.value.trim_start_matches(['@', '-', ':']));
        // `!!` is not `!`: it only matters where the kernel lacks ambient capabilities.
        let prefix = command.and_then(|command| command.chars().next()).filter(|first| {
            *first == '+' || *first == '!' && command.is_some_and(|command| !command.starts_with("!!"))
        });
        if let Some(prefix) = prefix {
            return Some(marked(Root {
                key: "ExecStart",
                what: format!("the {prefix} before the command overrides User="),
            }));
        }
        let dynamic = layers.effective("DynamicUser").and_then(|written| boolean(written.value));
        root_user(layers.effective("User").map_or("", |written| written.value), dynamic == Some(true)).map(marked)
    }

    /// Whether the disk would start it as root; none where neither a twin nor the files could be asked.
    fn disk_is_root(&self) -> Option<bool> {
        let can_tell = self.view.reloaded().is_some() || self.layers.is_some();
        can_tell.then(|| self.reloaded_root().is_some())
    }

    /// The freshly booted twin has resolved the user to uid 0, or runs it so.
    fn reborn_as_root(&self) -> bool {
        self.view.reloaded().and_then(started_uid) == Some(0)
            || self.view.rebooted_processes().is_some_and(|fact| fact.processes.iter().any(|process| process.uid == 0))
    }

    /// Another name of root's, by the machine's accounts.
    fn is_root_account(&self, user: &str) -> bool {
        self.view.processes().is_ok_and(|fact| fact.roots.iter().any(|name| name == user))
    }

    fn stale(&self, root: &Root) -> Diagnosis {
        stale(self.view, self.layers, root.key)
    }

    fn runs_as_root(&self, root: &Root) -> Diagnosis {
        let written = self.layers.and_then(|layers| layers.effective(root.key));
        let what = &root.what;
        let text = match written {
            Some(written) => format!("{}: {what}, so systemd starts it as root.", written.place()),
            None => sentence(&format!("{what}, so systemd starts it as root.")),
        };
        let next = if root.key == "User" {
            "set User= to an account of its own under [Service], then sudo systemctl daemon-reload and restart"
        } else {
            "remove the prefix from ExecStart=, then sudo systemctl daemon-reload and restart"
        };
        Cause::RunsAsRoot.because(text).next_step(next)
    }
}
