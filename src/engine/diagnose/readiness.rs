//! Starts that do not complete: READY=1 is missing with `Type=notify`, or the program does not fork with `Type=forking`.

use crate::engine::unit_view::UnitView;
use crate::model::{Cause, Diagnosis, End, ExecCommand, FailureFact, UnitFact};

/// Parts of the manager's messages.
const TIMED_OUT: &str = ": start operation timed out";
const REFUSED: &str = "reception only permitted for";

/// The start of an inactive unit waits, or has timed out.
pub(super) fn not_ready(view: &UnitView, unit: &UnitFact, failure: Option<&FailureFact>) -> Option<Diagnosis> {
    let service_type = unit.get("Type");
    let messages = failure.map_or(&[][..], |failure| &failure.manager_messages);
    let start = Start { unit_name: view.unit, unit, messages };
    match service_type {
        "notify" | "notify-reload" => start.notify(service_type),
        "forking" => start.forking(),
        _ => None,
    }
}

/// An active service of which the manager does not know the main process.
pub(crate) fn no_main_process(view: &UnitView, unit: &UnitFact) -> Option<Diagnosis> {
    let is_unknown = unit.get("Type") == "forking"
        && unit.get("PIDFile").is_empty()
        && unit.get("SubState") == "running"
        && unit.get("MainPID") == "0";
    is_unknown.then(|| {
        Cause::ForkingWithoutPidfile
            .because(format!(
                "{} has Type=forking and no PIDFile=, and its program left several processes running. systemd does not know \
                 which is the main one (MainPID=0), so it does not notice when that process exits.",
                view.unit
            ))
            .next_step("run the program in the foreground, with Type=exec; or make it write a PID file, and set PIDFile= to that file")
    })
}

struct Start<'a> {
    unit_name: &'a str,
    unit: &'a UnitFact,
    /// Of the manager.
    messages: &'a [String],
}

impl Start<'_> {
    fn last_message(&self, part: &str) -> Option<&str> {
        self.messages.iter().rev().map(String::as_str).find(|line| line.contains(part))
    }

    fn is_waiting(&self) -> bool {
        (self.unit.get("ActiveState"), self.unit.get("SubState")) == ("activating", "start")
    }

    /// Other operations time out with the same Result=, so the message counts too.
    fn has_timed_out(&self) -> bool {
        let result = self.unit.get("Result") == "timeout" || self.unit.get("ActiveState") == "activating";
        result && self.last_message(TIMED_OUT).is_some()
    }

    fn time_limit(&self) -> String {
        match self.unit.get("TimeoutStartUSec") {
            "" | "infinity" => String::new(),
            limit => format!(" within {limit}"),
        }
    }

    fn notify(&self, service_type: &str) -> Option<Diagnosis> {
        let name = self.unit_name;
        let protocol = self.unit.get("Result") == "protocol" && self.unit.get("ActiveState") != "active";
        let (cause, what) = if self.has_timed_out() {
            let what = format!("its program did not send READY=1{}, so systemd stopped it", self.time_limit());
            (Cause::NotifyNeverReady, what)
        } else if protocol {
            (Cause::NotifyNeverReady, "its program exited before it sent READY=1".to_owned())
        } else if self.is_waiting() && matches!(self.unit.get("NRestarts"), "" | "0") {
            // If it has died before, the crash loop is the cause.
            (Cause::WaitsForReady, "its program has not sent READY=1 yet".to_owned())
        } else {
            return None;
        };
        if self.last_message(REFUSED).is_some() && self.unit.get("NotifyAccess") == "main" {
            let text = format!(
                "{name} has Type={service_type}, and {what}. With NotifyAccess=main, systemd ignored a message from a process other than the main one."
            );
            return Some(cause.because(text).next_step(
                "NotifyAccess=all under [Service]; or start the program with exec, which makes it the main process",
            ));
        }
        Some(cause.because(format!("{name} has Type={service_type}, and {what}.")).next_step(
            "use Type=exec, unless the program calls sd_notify(3); then sudo systemctl daemon-reload and restart",
        ))
    }

    fn forking(&self) -> Option<Diagnosis> {
        self.does_not_fork().or_else(|| self.has_wrong_pid_file())
    }

    fn does_not_fork(&self) -> Option<Diagnosis> {
        let (is_waiting, has_timed_out) = (self.is_waiting(), self.has_timed_out());
        let commands = ExecCommand::parse_all(self.unit.get("ExecStart"));
        let has_control_process = !matches!(self.unit.get("ControlPID"), "" | "0");
        // With PIDFile= the start also waits for the file after the fork.
        let was_killed = self.unit.get("PIDFile").is_empty()
            || matches!(commands.first().and_then(ExecCommand::end), Some(End::Signal { .. }));
        let foreground = if is_waiting && has_control_process {
            "stays in the foreground".to_owned()
        } else if has_timed_out && !is_waiting && was_killed {
            format!("stayed in the foreground, so systemd stopped it after {}", self.unit.get("TimeoutStartUSec"))
        } else {
            return None;
        };
        Some(
            Cause::ForkingWithoutPidfile
                .because(format!(
                    "{} has Type=forking, so systemd waits until its program forks and exits. The program {foreground}.",
                    self.unit_name
                ))
                .next_step("use Type=exec, which is for programs that stay in the foreground; then sudo systemctl daemon-reload and restart"),
        )
    }

    fn has_wrong_pid_file(&self) -> Option<Diagnosis> {
        let file = self.unit.get("PIDFile");
        let protocol = self.unit.get("Result") == "protocol";
        let message = self.last_message("PID file").or_else(|| self.last_message("New main PID"))?;
        if file.is_empty() || !(self.is_waiting() || self.has_timed_out() || protocol) {
            return None;
        }
        let what = if message.contains("Can't open PID file") {
            "did not write that file"
        } else {
            "wrote a PID into it that does not belong to the service"
        };
        Some(
            Cause::ForkingWithoutPidfile
                .because(format!(
                    "{} has PIDFile={file}, and the start waits for that file. Its program {what}.",
                    self.unit_name
                ))
                .next_step(format!(
                    "make the program write its PID to {file}; or run it in the foreground with Type=exec, which needs no PIDFile="
                )),
        )
    }
}
