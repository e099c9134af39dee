//! The steps that systemd takes before the program runs, and why one could not be taken: EXEC, CHDIR, USER, NAMESPACE.
//!
//! The step is named before the path: "No such file" with the path of a program is said of its interpreter too.

use super::paste::shell_safe;
use super::{stale, writing};
use crate::engine::access::{EXECUTE, bits, closed, may};
use crate::engine::exec_command::ExecCommand;
use crate::engine::exit_status::End;
use crate::engine::finding::cause;
use crate::engine::layers::Layers;
use crate::engine::seen::Seen;
use crate::model::{Diagnosis, FailureFact, FileType, Head, Needed, Node, Purpose, UnitFact};

/// A step that failed: what is known of it.
struct Step<'a> {
    unit: &'a UnitFact,
    failure: Option<&'a FailureFact>,
    /// `Step EXEC failed (203/EXEC, ExecStart=/opt/x at /etc/systemd/system/x.service:7)`
    lead: String,
    /// The command that tries again.
    again: String,
}

/// The causes behind a status that systemd itself has set; the directive's own mistakes first.
pub(super) fn behind_the_status(
    seen: &Seen,
    unit: &UnitFact,
    layers: Option<&Layers>,
    failure: Option<&FailureFact>,
    end: End,
) -> Vec<Diagnosis> {
    let needed = |purpose: fn(&Purpose) -> bool| failure?.paths.iter().find(|needed| purpose(&needed.purpose));
    let missing = || {
        let listed = failure?.paths.iter().filter(|needed| matches!(needed.purpose, Purpose::Namespace(_)));
        listed.into_iter().find(|needed| needed.found.node.is_none())
    };
    let (number, step, name) = match end {
        End::Exited(203) => (203, "EXEC", "ExecStart"),
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
    if seen.reloaded().is_some_and(changed) {
        causes.push(stale(seen, layers, name));
    }
    causes.extend(layers.map(|layers| writing(layers, name, &|_| true)).unwrap_or_default());
    let place = layers
        .and_then(|layers| layers.effective(name))
        .map_or_else(|| name.to_owned(), |written| format!("{} at {}", written.text(), written.place()));
    let lead = format!("Step {step} failed ({number}/{step}, {place})");
    let step = Step { unit, failure, lead, again: again(seen, unit) };
    causes.push(match number {
        203 => step.exec(needed(|purpose| *purpose == Purpose::Program)),
        217 => step.user(),
        200 => step.chdir(needed(|purpose| *purpose == Purpose::WorkingDirectory)),
        _ => step.namespace(missing()),
    });
    causes
}

/// A unit that was given up has to be forgiven first.
fn again(seen: &Seen, unit: &UnitFact) -> String {
    let reset = match unit.get("ActiveState") {
        "failed" => format!("sudo systemctl reset-failed {}; ", seen.unit),
        _ => String::new(),
    };
    format!("{reset}sudo systemctl restart {}", seen.unit)
}

impl Step<'_> {
    fn exec(&self, needed: Option<&Needed>) -> Diagnosis {
        let Some(needed) = needed else {
            let commands = ExecCommand::parse_all(self.unit.get("ExecStart"));
            let program = commands.first().and_then(|command| command.argv.split_whitespace().next());
            let program = program.unwrap_or("the program");
            return self.cause(
                "exec-failed",
                &format!("systemd could not execute {program}: it is missing, not executable, or its #! line names a missing interpreter"),
                format!("ls -l {}", shell_safe(program).unwrap_or("PROGRAM")),
            );
        };
        let path = needed.path.as_str();
        let safe = shell_safe(path).unwrap_or("PROGRAM");
        let show = |command: &str| format!("{command} {safe}");
        let Some(node) = &needed.found.node else {
            let what = if path.starts_with('/') {
                absent(needed)
            } else {
                format!("there is no {path} in any folder that systemd searches")
            };
            return self.cause("exec-missing", &what, show(if path.starts_with('/') { "ls -l" } else { "command -v" }));
        };
        if node.file_type != FileType::File {
            let what = format!("{path} is {}, and no program", node.file_type.described());
            return self.cause("exec-not-executable", &what, show("ls -ld"));
        }
        if node.mode & 0o111 == 0 {
            let what = format!("{path} is there, and is not executable ({})", bits(node));
            return self.cause("exec-not-executable", &what, format!("sudo chmod a+x {safe}; {}", self.again));
        }
        if let Some(denied) = self.denied(needed, node) {
            return denied;
        }
        match &needed.head {
            Some(Head::Script { line, .. }) if line.ends_with('\r') && !line.contains([' ', '\t']) => {
                windows(&self.lead, path, line)
            }
            Some(Head::Script { line, runs: false }) => {
                let interpreter = line.split([' ', '\t']).next().unwrap_or_default();
                let what = format!(
                    "{path} is there, but its first line is #!{line}, and {interpreter} is no program that can be executed"
                );
                self.cause("exec-bad-interpreter", &what, show("head -n 1"))
            }
            Some(Head::Other) => {
                let what = format!("{path} neither begins with #! and an interpreter nor is a compiled program");
                self.cause("exec-format", &what, "make its first line name an interpreter: #!/bin/sh".into())
            }
            Some(Head::Binary { native: false }) => {
                let what = format!("{path} is compiled for another kind of processor than this machine's");
                self.cause("exec-format", &what, show("file"))
            }
            _ => self.hidden(path),
        }
    }

    /// It is there, and could be executed.
    fn hidden(&self, path: &str) -> Diagnosis {
        let is_under = |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        let set = |name: &str| !matches!(self.unit.get(name), "" | "no" | "read-only");
        for (name, folders) in
            [("ProtectHome", &["/home", "/root", "/run/user"][..]), ("PrivateTmp", &["/tmp", "/var/tmp"])]
        {
            if set(name) && folders.iter().any(|folder| is_under(folder)) {
                let what = format!("{path} is there for everybody but the service: {name}= hides it");
                let next = format!(
                    "put it elsewhere, such as /usr/local/bin; or remove {name}=, then sudo systemctl daemon-reload and restart"
                );
                return self.cause("exec-missing", &what, next);
            }
        }
        let what = format!(
            "{path} is there now and can be executed; it may have been put there since, or the unit's own view of the files hides it"
        );
        self.cause("exec-failed", &what, self.again.clone())
    }

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
        self.cause("user-unknown", &what, format!("{make}; {}", self.again))
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
        self.cause("chdir", &what, next)
    }

    fn namespace(&self, missing: Option<&Needed>) -> Diagnosis {
        let path = missing.map_or("the path", |needed| needed.path.as_str());
        let name = match missing.map(|needed| &needed.purpose) {
            Some(Purpose::Namespace(name)) => name,
            _ => "the directive",
        };
        let what = missing.map(absent).unwrap_or_default();
        self.cause(
            "namespace",
            &format!("{what}, and so systemd could not build the unit's own view of the files"),
            format!("make {path}, or write {name}=-{path}, which lets it be missing; then sudo systemctl daemon-reload and restart"),
        )
    }

    /// The unit's user may not enter a folder on the way, or may not execute (or enter) what is at its end.
    fn denied(&self, needed: &Needed, node: &Node) -> Option<Diagnosis> {
        let identity = self.failure?.identity.as_ref()?;
        let barrier = closed(identity, &needed.found.folders).or((!may(identity, node, EXECUTE)).then_some(node))?;
        let act = if barrier.file_type == FileType::Folder { "enter" } else { "execute" };
        let what = format!("the user {} may not {act} {} ({})", self.user_name(), barrier.path, bits(barrier));
        let path = shell_safe(&needed.path).unwrap_or("PATH");
        Some(self.cause("permission-denied", &what, format!("namei -l {path}")))
    }

    fn user_name(&self) -> &str {
        match self.unit.get("User") {
            "" => "root",
            user => user,
        }
    }

    fn cause(&self, id: &str, what: &str, next: String) -> Diagnosis {
        cause(id, format!("{}: {what}.", self.lead), next)
    }
}

/// A script whose interpreter's name ends in a carriage return.
fn windows(lead: &str, path: &str, line: &str) -> Diagnosis {
    let line = line.trim_end_matches('\r');
    cause(
        "exec-bad-interpreter",
        format!(
            "{lead}: {path} has the line ends of Windows (CRLF), so the carriage return behind #!{line} became part of the interpreter's name."
        ),
        format!("sudo sed -i 's/\\r$//' {}", shell_safe(path).unwrap_or("SCRIPT")),
    )
}

/// env(1) ends with 127 when it has found no program, and the carriage return is part of what it looks for.
fn carriage_return(seen: &Seen, program: Option<&Needed>) -> Vec<Diagnosis> {
    let line = program.and_then(|needed| match &needed.head {
        Some(Head::Script { line, .. }) if line.ends_with('\r') => Some((needed, line)),
        _ => None,
    });
    let of_env = line.filter(|(_, line)| line.split([' ', '\t']).next().is_some_and(|it| it.ends_with("/env")));
    let lead = format!("The script of {} ended with 127", seen.unit);
    of_env.map(|(needed, line)| windows(&lead, &needed.path, line)).into_iter().collect()
}

/// Nothing is there: the sentence says what is missing really.
fn absent(needed: &Needed) -> String {
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
