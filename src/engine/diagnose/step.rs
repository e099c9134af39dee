//! The steps that systemd takes before a program runs, and why one could not be taken: CHDIR, GROUP, USER, NAMESPACE; EXEC
//! has a file of its own.
//!
//! The step is named before the path: "No such file" with the path of a program is said of its interpreter too.

use super::exec::carriage_return;
use super::paste::shell_safe;
use super::{stale, writing};
use crate::engine::access::{EXECUTE, bits, closed, may};
use crate::engine::layers::{Layers, Written};
use crate::engine::unit_view::UnitView;
use crate::model::{Cause, Diagnosis, End, Ended, ExecCommand, FailureFact, FileType, Needed, Node, Purpose, UnitFact};

/// A step that failed: what is known of it.
pub(super) struct Step<'a> {
    pub(super) unit: &'a UnitFact,
    failure: Option<&'a FailureFact>,
    /// The command that was to be executed.
    pub(super) command: Option<&'a ExecCommand<'a>>,
    /// `Step EXEC failed (203/EXEC, ExecStart=/opt/x at /etc/systemd/system/x.service:7)`
    pub(super) lead: String,
    /// The command that tries again.
    pub(super) again: String,
}

/// The causes behind a status that systemd itself has set; the directive's own mistakes first.
pub(super) fn behind_the_status(
    seen: &UnitView,
    unit: &UnitFact,
    layers: Option<&Layers>,
    failure: Option<&FailureFact>,
    ended: &Ended,
) -> Vec<Diagnosis> {
    let needed = |purpose: fn(&Purpose) -> bool| failure?.paths.iter().find(|needed| purpose(&needed.purpose));
    let missing = || {
        let listed = failure?.paths.iter().filter(|needed| matches!(needed.purpose, Purpose::Namespace(_)));
        listed.into_iter().find(|needed| needed.found.node.is_none())
    };
    let (number, step, name) = match ended.end {
        End::Exited(203) => (203, "EXEC", ended.directive),
        End::Exited(216) => (216, "GROUP", group_directive(unit, failure)),
        End::Exited(217) => (217, "USER", "User"),
        End::Exited(200) => (200, "CHDIR", "WorkingDirectory"),
        End::Exited(226) => match missing().map(|needed| &needed.purpose) {
            Some(Purpose::Namespace(name)) => (226, "NAMESPACE", name.as_str()),
            _ => return vec![],
        },
        End::Exited(127) => return carriage_return(seen, needed(|purpose| *purpose == Purpose::Program)),
        _ => return vec![],
    };
    let mut causes = Vec::new();
    let changed = |reloaded: &UnitFact| strip(reloaded.get(name)) != strip(unit.get(name));
    // Where nobody has booted a copy, the manager itself admits that it is behind.
    let admitted = || {
        let written = layers.and_then(|layers| layers.effective(name)).map(|written| written.value);
        unit.get("NeedDaemonReload") == "yes" && written.is_some_and(|value| !strip(unit.get(name)).contains(&value))
    };
    if seen.reloaded().map_or_else(admitted, changed) {
        causes.push(stale(seen, layers, name));
    }
    causes.extend(layers.map(|layers| writing(layers, name, &|_| true)).unwrap_or_default());
    let place = layers
        .and_then(|layers| deciding(layers, name, ended))
        .map_or_else(|| name.to_owned(), |written| format!("{} at {}", written.text(), written.place()));
    let whose = match ended.directive {
        "ExecStart" => String::new(),
        other => format!(" of {other}="),
    };
    let lead = format!("Step {step}{whose} failed ({number}/{step}, {place})");
    let step = Step { unit, failure, command: ended.command.as_ref(), lead, again: again(seen, unit) };
    causes.push(match number {
        216 => step.group(),
        203 => step.exec(needed(|purpose| *purpose == Purpose::Program)),
        217 => step.user(),
        200 => step.chdir(needed(|purpose| *purpose == Purpose::WorkingDirectory)),
        _ => step.namespace(missing()),
    });
    causes
}

/// The line to point at: of several commands that of the program, else the last one.
fn deciding<'l>(layers: &'l Layers, name: &'l str, ended: &Ended) -> Option<Written<'l>> {
    let program = ended.command.as_ref().filter(|_| name == ended.directive).map(|command| command.path);
    let of_program = |written: &Written| program.is_some_and(|path| written.value.contains(path));
    layers.standing(name).into_iter().find(of_program).or_else(|| layers.effective(name))
}

/// `Group=` or `SupplementaryGroups=`, whichever names a group that is not there.
fn group_directive(unit: &UnitFact, failure: Option<&FailureFact>) -> &'static str {
    let missing = |group: &str| failure.is_some_and(|failure| failure.unknown_groups.iter().any(|it| it == group));
    let own = unit.get("Group");
    let more = unit.list("SupplementaryGroups");
    if !missing(own) && (own.is_empty() || more.iter().any(|group| missing(group))) {
        "SupplementaryGroups"
    } else {
        "Group"
    }
}

/// A unit that was given up has to be forgiven first.
fn again(seen: &UnitView, unit: &UnitFact) -> String {
    let reset = match unit.get("ActiveState") {
        "failed" => format!("sudo systemctl reset-failed {}; ", seen.unit),
        _ => String::new(),
    };
    format!("{reset}sudo systemctl restart {}", seen.unit)
}

impl Step<'_> {
    fn user(&self) -> Diagnosis {
        let user = self.unit.get("User");
        let name = shell_safe(user).unwrap_or("NAME");
        let what = match self.failure {
            Some(FailureFact { identity: Some(_), .. }) => {
                format!("the account {user} exists now, so it may have been made since")
            }
            Some(_) => format!("there is no account named {user}"),
            None => "systemd could not become that user: most often there is no such account".into(),
        };
        let make = format!("getent passwd {name} || sudo useradd --system --shell /usr/sbin/nologin {name}");
        self.cause(Cause::UserUnknown, &what, format!("{make}; {}", self.again))
    }

    fn group(&self) -> Diagnosis {
        let missing = self.failure.and_then(|failure| failure.unknown_groups.first());
        let name = missing.map_or(self.unit.get("Group"), String::as_str);
        let what = match (self.failure, missing) {
            (_, Some(group)) => format!("there is no group named {group}"),
            (Some(_), None) => "every group that it names exists now, so it may have been made since".into(),
            (None, None) => "systemd could not join a group: most often there is no such group".into(),
        };
        let name = shell_safe(name).unwrap_or("NAME");
        let make = format!("getent group {name} || sudo groupadd --system {name}");
        self.cause(Cause::GroupUnknown, &what, format!("{make}; {}", self.again))
    }

    fn chdir(&self, needed: Option<&Needed>) -> Diagnosis {
        let folder = shell_safe(self.unit.get("WorkingDirectory")).unwrap_or("DIRECTORY");
        let next = format!("namei -l {folder}; {}", self.again);
        let node = needed.and_then(|needed| Some((needed, needed.found.node.as_ref()?)));
        let what = match (needed, node) {
            (None, _) => "systemd could not enter the working directory: it is missing, or closed to the user".into(),
            (Some(needed), None) => absent(needed),
            (Some(_), Some((needed, node))) if node.file_type != FileType::Folder => {
                format!("{} is {}, and no folder", needed.path, node.file_type.described())
            }
            (Some(_), Some((needed, node))) => match self.denied(needed, node) {
                Some(denied) => return denied,
                None => format!("{} is there now, so it may have been made since", needed.path),
            },
        };
        self.cause(Cause::Chdir, &what, next)
    }

    fn namespace(&self, missing: Option<&Needed>) -> Diagnosis {
        let path = missing.map_or("the path", |needed| needed.path.as_str());
        let name = match missing.map(|needed| &needed.purpose) {
            Some(Purpose::Namespace(name)) => name,
            _ => "the directive",
        };
        let what = missing.map(absent).unwrap_or_default();
        self.cause(Cause::Namespace,
            &format!("{what}, and so systemd could not build the unit's own view of the files"),
            format!("make {path}, or write {name}=-{path}, which lets it be missing; then sudo systemctl daemon-reload and restart"),
        )
    }

    /// The unit's user may not enter a folder on the way, or may not execute (or enter) what is at its end.
    pub(super) fn denied(&self, needed: &Needed, node: &Node) -> Option<Diagnosis> {
        let identity = self.failure?.identity.as_ref()?;
        let barrier = closed(identity, &needed.found.folders).or((!may(identity, node, EXECUTE)).then_some(node))?;
        let act = if barrier.file_type == FileType::Folder { "enter" } else { "execute" };
        let what = format!("the user {} may not {act} {} ({})", self.user_name(), barrier.path, bits(barrier));
        let path = shell_safe(&needed.path).unwrap_or("PATH");
        Some(self.cause(Cause::PermissionDenied, &what, format!("namei -l {path}")))
    }

    fn user_name(&self) -> &str {
        match self.unit.get("User") {
            "" => "root",
            user => user,
        }
    }

    pub(super) fn cause(&self, cause: Cause, what: &str, next: String) -> Diagnosis {
        cause.because(format!("{}: {what}.", self.lead)).next_step(next)
    }
}

/// Nothing is there: the sentence says what is missing really.
pub(super) fn absent(needed: &Needed) -> String {
    let path = &needed.path;
    if !needed.found.link.is_empty() {
        return format!("{path} is a link to {}, where nothing is", needed.found.link);
    }
    match needed.found.folders.first() {
        Some(nearest) if nearest.file_type != FileType::Folder => {
            format!("there is no {path}: {} is {}", nearest.path, nearest.file_type.described())
        }
        Some(nearest) if !path.rsplit_once('/').is_some_and(|(above, _)| above == nearest.path || above.is_empty()) => {
            format!("there is no {path}; of the way to it, only {} exists", nearest.path)
        }
        _ => format!("there is no {path}"),
    }
}

/// Commands carry the times of their last run, which differ from boot to boot.
fn strip(value: &str) -> Vec<&str> {
    let commands = ExecCommand::parse_all(value);
    if commands.is_empty() { vec![value] } else { commands.into_iter().map(|command| command.argv).collect() }
}
