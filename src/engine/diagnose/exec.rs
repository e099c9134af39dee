//! The step EXEC, and why a program could not be executed: missing, hidden, not executable, or begun by nothing that runs.

use super::paste::shell_safe;
use super::step::{Step, absent};
use crate::engine::access::bits;
use crate::engine::unit_view::UnitView;
use crate::model::{Cause, Diagnosis, FileType, Head, Needed};

/// What people type at a shell, and what a unit says instead.
const BUILT_IN: [(&str, &str); 10] = [
    (".", IN_A_SHELL),
    ("cd", "WorkingDirectory= names the folder, and ExecStart= begins with the program, by its absolute path"),
    ("eval", IN_A_SHELL),
    ("exec", "leave exec out: systemd starts the program itself, without a shell around it"),
    ("export", "Environment=NAME=VALUE sets a variable; ExecStart= begins with the program"),
    ("set", IN_A_SHELL),
    ("source", "EnvironmentFile= reads a file of NAME=VALUE lines; for all else: ExecStart=/bin/sh -c '…'"),
    ("trap", IN_A_SHELL),
    ("ulimit", "LimitNOFILE= and its like set limits; ExecStart= begins with the program"),
    ("umask", "UMask= sets it; ExecStart= begins with the program"),
];
const IN_A_SHELL: &str = "where it takes a shell, start one: ExecStart=/bin/sh -c '…'";

impl Step<'_> {
    pub(super) fn exec(&self, needed: Option<&Needed>) -> Diagnosis {
        let Some(needed) = needed else {
            let program = self.command.map_or("the program", |command| command.path);
            return self.cause(Cause::ExecFailed,
                &format!("systemd could not execute {program}: it is missing, not executable, or its #! line names a missing interpreter"),
                format!("ls -l {}", shell_safe(program).unwrap_or("PROGRAM")),
            );
        };
        let path = needed.path.as_str();
        let safe = shell_safe(path).unwrap_or("PROGRAM");
        let show = |command: &str| format!("{command} {safe}");
        let Some(node) = &needed.found.node else {
            if let Some((_, instead)) = BUILT_IN.iter().find(|(word, _)| *word == path) {
                let what = format!("{path} is no program: shells have it built in, and systemd starts no shell");
                return self.cause(Cause::ExecMissing, &what, (*instead).to_owned());
            }
            let what = if path.starts_with('/') {
                absent(needed)
            } else {
                format!("there is no {path} in any folder that systemd searches")
            };
            return self.cause(
                Cause::ExecMissing,
                &what,
                show(if path.starts_with('/') { "ls -l" } else { "command -v" }),
            );
        };
        if node.file_type != FileType::File {
            let what = format!("{path} is {}, and no program", node.file_type.described());
            return self.cause(Cause::ExecNotExecutable, &what, show("ls -ld"));
        }
        if node.mode & 0o111 == 0 {
            let what = format!("{path} is there, and is not executable ({})", bits(node));
            return self.cause(Cause::ExecNotExecutable, &what, format!("sudo chmod a+x {safe}; {}", self.again));
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
                self.cause(Cause::ExecBadInterpreter, &what, show("head -n 1"))
            }
            Some(Head::Other) => {
                let what = format!("{path} neither begins with #! and an interpreter nor is a compiled program");
                self.cause(Cause::ExecFormat, &what, "make its first line name an interpreter: #!/bin/sh".into())
            }
            Some(Head::Binary { native: false }) => {
                let what = format!("{path} is compiled for another kind of processor than this machine's");
                self.cause(Cause::ExecFormat, &what, show("file"))
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
                    "put it elsewhere, such as /opt; or remove {name}=, then sudo systemctl daemon-reload and restart"
                );
                return self.cause(Cause::ExecMissing, &what, next);
            }
        }
        let what = format!(
            "{path} is there now and can be executed; it may have been put there since, or the unit's own view of the files hides it"
        );
        self.cause(Cause::ExecFailed, &what, self.again.clone())
    }
}

/// A script whose interpreter's name ends in a carriage return.
fn windows(lead: &str, path: &str, line: &str) -> Diagnosis {
    let line = line.trim_end_matches('\r');
    Cause::ExecBadInterpreter.because(format!(
            "{lead}: {path} has the line ends of Windows (CRLF), so the carriage return behind #!{line} became part of the interpreter's name."
        )).next_step(format!("sudo sed -i 's/\\r$//' {}", shell_safe(path).unwrap_or("SCRIPT")))
}

/// env(1) ends with 127 when it has found no program, and the carriage return is part of what it looks for.
pub(super) fn carriage_return(seen: &UnitView, program: Option<&Needed>) -> Vec<Diagnosis> {
    let line = program.and_then(|needed| match &needed.head {
        Some(Head::Script { line, .. }) if line.ends_with('\r') => Some((needed, line)),
        _ => None,
    });
    let of_env = line.filter(|(_, line)| line.split([' ', '\t']).next().is_some_and(|it| it.ends_with("/env")));
    let lead = format!("The script of {} ended with 127", seen.unit);
    of_env.map(|(needed, line)| windows(&lead, &needed.path, line)).into_iter().collect()
}
