//! The step EXEC: why systemd could not execute a program.

use super::failed_step::{FailedStep, describe_missing};
use super::protection_directives::HOMES;
use super::shell_word::shell_safe;
use crate::engine::access::ownership;
use crate::engine::unit_view::UnitView;
use crate::model::{Cause, Diagnosis, FileType, ProgramFormat, RequiredPath};

/// Shell built-ins that people write into `ExecStart=`, and what a unit needs instead.
const BUILT_INS: [(&str, &str); 10] = [
    (".", USE_A_SHELL),
    ("cd", "set the directory with WorkingDirectory=; ExecStart= begins with the absolute path of the program"),
    ("eval", USE_A_SHELL),
    ("exec", "remove exec: systemd starts the program itself, without a shell around it"),
    ("export", "Environment=NAME=VALUE sets a variable; ExecStart= begins with the program"),
    ("set", USE_A_SHELL),
    ("source", "EnvironmentFile= reads a file of NAME=VALUE lines; for anything else: ExecStart=/bin/sh -c '…'"),
    ("trap", USE_A_SHELL),
    ("ulimit", "LimitNOFILE= and similar set limits; ExecStart= begins with the program"),
    ("umask", "UMask= sets it; ExecStart= begins with the program"),
];
const USE_A_SHELL: &str = "if the command needs a shell, start one: ExecStart=/bin/sh -c '…'";

impl FailedStep<'_> {
    pub(super) fn exec(&self, required: Option<&RequiredPath>) -> Diagnosis {
        let Some(required) = required else {
            let program = self.command.map_or("the program", |command| command.path);
            return self.diagnosis(
                Cause::ExecFailed,
                &format!("systemd could not execute {program}: it or its #! interpreter is missing or not executable"),
                format!("ls -l {}", shell_safe(program).unwrap_or("PROGRAM")),
            );
        };
        let path = required.path.as_str();
        let safe = shell_safe(path).unwrap_or("PROGRAM");
        let show = |command: &str| format!("{command} {safe}");
        let Some(node) = &required.found.node else {
            return self.missing_program(required, safe);
        };
        if node.file_type != FileType::File {
            let reason = format!("{path} is {}, not a program", node.file_type.described());
            return self.diagnosis(Cause::ExecNotExecutable, &reason, show("ls -ld"));
        }
        if node.mode & 0o111 == 0 {
            let reason = format!("{path} exists and is not executable ({})", ownership(node));
            let next = format!("sudo chmod a+x {safe}; {}", self.try_again);
            return self.diagnosis(Cause::ExecNotExecutable, &reason, next);
        }
        if let Some(denied) = self.denied(required, node) {
            return denied;
        }
        match &required.format {
            Some(ProgramFormat::Script { line, .. }) if line.ends_with('\r') && !line.contains([' ', '\t']) => {
                carriage_return(&self.lead, path, line)
            }
            Some(ProgramFormat::Script { line, runs: false }) => {
                let interpreter = line.split([' ', '\t']).next().unwrap_or_default();
                let reason = format!("{path} begins with #!{line}, and {interpreter} is missing or not executable");
                self.diagnosis(Cause::ExecBadInterpreter, &reason, show("head -n 1"))
            }
            Some(ProgramFormat::Other) => {
                let reason = format!("{path} neither begins with #! nor is a compiled program");
                let next = "name the interpreter in its first line: #!/bin/sh".into();
                self.diagnosis(Cause::ExecFormat, &reason, next)
            }
            Some(ProgramFormat::Binary { native: false }) => {
                let reason = format!("{path} is compiled for a different CPU architecture");
                self.diagnosis(Cause::ExecFormat, &reason, show("file"))
            }
            _ => self.hidden_program(path),
        }
    }

    fn missing_program(&self, required: &RequiredPath, safe: &str) -> Diagnosis {
        let path = required.path.as_str();
        let built_in = BUILT_INS.iter().find(|(word, _)| *word == path);
        let (reason, next) = match built_in {
            Some((_, instead)) => {
                let reason = format!("{path} is a shell built-in, not a program, and systemd starts no shell");
                (reason, (*instead).to_owned())
            }
            None if path.starts_with('/') => (describe_missing(required), format!("ls -l {safe}")),
            None => {
                (format!("there is no {path} in the directories that systemd searches"), format!("command -v {safe}"))
            }
        };
        self.diagnosis(Cause::ExecMissing, &reason, next)
    }

    /// The program exists and is executable, so the service's mount namespace may hide it.
    fn hidden_program(&self, path: &str) -> Diagnosis {
        let is_below = |directory: &str| path.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/'));
        let is_set = |name: &str| !matches!(self.unit.get(name), "" | "no" | "read-only");
        for (name, directories) in [("ProtectHome", &HOMES[..]), ("PrivateTmp", &["/tmp", "/var/tmp"])] {
            if is_set(name) && directories.iter().any(|directory| is_below(directory)) {
                let reason = format!("{path} exists, but {name}= hides it from the service");
                let next = format!(
                    "put it elsewhere, such as /opt; or remove {name}=, then sudo systemctl daemon-reload and restart"
                );
                return self.diagnosis(Cause::ExecMissing, &reason, next);
            }
        }
        let reason = format!(
            "{path} exists now and is executable. It may be newer than the failure, or the mount namespace hides it"
        );
        self.diagnosis(Cause::ExecFailed, &reason, self.try_again.clone())
    }
}

/// The interpreter's name ends in a carriage return.
fn carriage_return(lead: &str, path: &str, line: &str) -> Diagnosis {
    let line = line.trim_end_matches('\r');
    Cause::ExecBadInterpreter
        .because(format!(
            "{lead}: {path} has Windows line endings (CRLF). The carriage return after #!{line} became part of the interpreter's name."
        ))
        .next_step(format!("sudo sed -i 's/\\r$//' {}", shell_safe(path).unwrap_or("SCRIPT")))
}

/// A script that starts with `#!/usr/bin/env`: env(1) exits with status 127 if it does not find the interpreter, and it
/// looks for a name that ends in the carriage return.
pub(super) fn env_with_carriage_return(view: &UnitView, program: Option<&RequiredPath>) -> Option<Diagnosis> {
    let program = program?;
    let Some(ProgramFormat::Script { line, .. }) = &program.format else { return None };
    let is_env = line.split([' ', '\t']).next().is_some_and(|interpreter| interpreter.ends_with("/env"));
    let lead = format!("The script of {} exited with status 127", view.unit);
    (line.ends_with('\r') && is_env).then(|| carriage_return(&lead, &program.path, line))
}
