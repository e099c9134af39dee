//! A start that waits for what does not come: READY=1 of a program with `Type=notify`, the background of one with
//! `Type=forking`.

use crate::engine::unit_view::UnitView;
use crate::model::{Cause, Diagnosis, End, ExecCommand, FailureFact, UnitFact};

const TIMED_OUT: &str = ": start operation timed out";
const REFUSED: &str = "reception only permitted for";

/// The start of a unit that is not up, and waits, or has waited in vain.
pub(super) fn waits(seen: &UnitView, unit: &UnitFact, failure: Option<&FailureFact>) -> Option<Diagnosis> {
    let kind = unit.get("Type");
    let start = Start { unit_name: seen.unit, unit, manager: failure.map_or(&[][..], |failure| &failure.manager) };
    match kind {
        "notify" | "notify-reload" => start.notify(kind),
        "forking" => start.forking(),
        _ => None,
    }
}

/// It is up, and the manager cannot tell which of its processes is the main one.
pub(crate) fn no_main_process(seen: &UnitView, unit: &UnitFact) -> Option<Diagnosis> {
    let unclear = unit.get("Type") == "forking"
        && unit.get("PIDFile").is_empty()
        && unit.get("SubState") == "running"
        && unit.get("MainPID") == "0";
    unclear.then(|| {
        Cause::ForkingWithoutPidfile.because(format!(
                "{} has Type=forking and no PIDFile=, and its program left several processes behind, so systemd cannot \
                 tell which of them is the main one (MainPID=0): if that dies, nobody notices.",
                seen.unit
            )).next_step("let the program stay in the foreground, with Type=exec; or let it write its pid into a file, and name that in PIDFile=")
    })
}

struct Start<'a> {
    unit_name: &'a str,
    unit: &'a UnitFact,
    manager: &'a [String],
}

impl Start<'_> {
    fn says(&self, words: &str) -> Option<&str> {
        self.manager.iter().rev().map(String::as_str).find(|line| line.contains(words))
    }

    fn is_waiting(&self) -> bool {
        (self.unit.get("ActiveState"), self.unit.get("SubState")) == ("activating", "start")
    }

    /// Its time was over: other steps than the start have limits too, and end with the same result.
    fn has_timed_out(&self) -> bool {
        let result = self.unit.get("Result") == "timeout" || self.unit.get("ActiveState") == "activating";
        result && self.says(TIMED_OUT).is_some()
    }

    fn limit(&self) -> String {
        match self.unit.get("TimeoutStartUSec") {
            "" | "infinity" => String::new(),
            limit => format!(" within {limit}"),
        }
    }

    fn notify(&self, kind: &str) -> Option<Diagnosis> {
        let name = self.unit_name;
        let protocol = self.unit.get("Result") == "protocol" && self.unit.get("ActiveState") != "active";
        let (cause, what) = if self.has_timed_out() {
            (Cause::NotifyNeverReady, format!("its program did not send READY=1{}: systemd ended it", self.limit()))
        } else if protocol {
            (Cause::NotifyNeverReady, "its program ended before it had sent READY=1".to_owned())
        } else if self.is_waiting() && matches!(self.unit.get("NRestarts"), "" | "0") {
            // One that has died before does not wait for a word, but for its next death.
            (Cause::WaitsForReady, "its program has not sent READY=1 yet".to_owned())
        } else {
            return None;
        };
        if self.says(REFUSED).is_some() && self.unit.get("NotifyAccess") == "main" {
            return Some(cause.because(format!(
                    "{name} has Type={kind}, and {what}; another process than the main one has sent a message, which NotifyAccess=main refuses."
                )).next_step("NotifyAccess=all under [Service], or start the program with exec, so that it is the main process itself"));
        }
        Some(cause.because(format!("{name} has Type={kind}, and {what}.")).next_step(
            "use Type=exec, unless the program calls sd_notify(3); then sudo systemctl daemon-reload and restart",
        ))
    }

    fn forking(&self) -> Option<Diagnosis> {
        let (waiting, over) = (self.is_waiting(), self.has_timed_out());
        let file = self.unit.get("PIDFile");
        let commands = ExecCommand::parse_all(self.unit.get("ExecStart"));
        let control = !matches!(self.unit.get("ControlPID"), "" | "0");
        // With a PIDFile= the start goes on after the fork, until the file is there.
        let killed = file.is_empty() || matches!(commands.first().and_then(ExecCommand::end), Some(End::Signal { .. }));
        if waiting && control || over && !waiting && killed {
            let how = match (waiting && control, self.unit.get("TimeoutStartUSec")) {
                (true, _) => "stays in the foreground".to_owned(),
                (false, limit) => format!("stayed in the foreground: after {limit} systemd ended it"),
            };
            return Some(Cause::ForkingWithoutPidfile.because(format!(
                    "{} has Type=forking, which waits until its program has forked and left, and the program {how}.",
                    self.unit_name
                )).next_step("make it Type=exec, which is for programs that stay in the foreground; then sudo systemctl daemon-reload and restart"));
        }
        let protocol = self.unit.get("Result") == "protocol";
        let complaint = self.says("PID file").or_else(|| self.says("New main PID"))?;
        if file.is_empty() || !(waiting || over || protocol) {
            return None;
        }
        let what = if complaint.contains("Can't open PID file") {
            "did not write"
        } else {
            "wrote no pid of a process of its own into"
        };
        Some(Cause::ForkingWithoutPidfile.because(format!(
                "{} has PIDFile={file}, and its program {what} that file, for which the start waits.",
                self.unit_name
            )).next_step(format!(
                "let the program write its pid to {file}, or use Type=exec with the program in the foreground, which needs no PIDFile="
            )))
    }
}
