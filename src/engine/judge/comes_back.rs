//! `comes-back`: after a SIGKILL to its main process, the unit is active again with a new one.
//!
//! Behaviour decides, not settings: `Restart=no` with `RestartForceExitStatus=SIGKILL` comes back, too (truth 14).

use super::active::{described, sample_text};
use super::start_limit;
use crate::engine::diagnose::{directive_mistakes, stale, why_not_running, why_not_running_after_boot};
use crate::engine::finding::Finding;
use crate::engine::unit_files::UnitFiles;
use crate::engine::unit_view::UnitView;
use crate::model::{
    Cause, Diagnosis, KillFact, KillOutcome, KillTrial, Layer, Sample, TimeSpan, TrialMachine, UnitFact, Unknown,
    Verdict,
};

/// Policies that restart a service after SIGKILL (truth 13).
const RESTART_AFTER_SIGKILL: [&str; 4] = ["always", "on-failure", "on-abnormal", "on-abort"];

pub(super) fn judge(view: &UnitView, within: TimeSpan, again: bool) -> Verdict {
    let often = if again { ", every time" } else { "" };
    let expected =
        format!("active again with a new main process after a SIGKILL, within RestartSec= and {within}{often}");
    let mut finding = Finding::expecting(expected);
    let (on, fact) = match view.killed() {
        None => return finding.not_run("not run: no trial was requested, so its main process was not killed"),
        Some(Err(unknown)) => return finding.unknown(&unknown),
        Some(Ok((KillTrial { on, .. }, fact))) => (*on, fact),
    };
    let files = view.files();
    let unit_files = files.as_ref().ok().map(|files| UnitFiles::read(files));
    let case = Case { view, fact, within, again, on, unit_files: unit_files.as_ref() };
    case.show(&mut finding);
    case.verdict(finding)
}

struct Case<'a> {
    view: &'a UnitView<'a>,
    fact: &'a KillFact,
    within: TimeSpan,
    again: bool,
    on: TrialMachine,
    unit_files: Option<&'a UnitFiles<'a>>,
}

impl Case<'_> {
    fn show(&self, finding: &mut Finding) {
        let (view, fact) = (self.view, self.fact);
        if let Some(unit_files) = self.unit_files {
            let (place, text) = unit_files.evidence(view.unit, "Restart");
            finding.show(Layer::File, place, text);
        }
        let policy = format!("Restart={} RestartUSec={}", fact.restart, self.delay());
        finding.show(Layer::Loaded, view.show("Restart,RestartUSec"), policy);
        let place = if self.on == TrialMachine::Twin { "on a freshly booted copy: " } else { "" };
        let first = if fact.started_first { "started for this trial, then " } else { "" };
        let source = view.show("ActiveState,SubState,MainPID,NRestarts");
        finding.show(Layer::Live, &source, format!("{place}{first}{}", sample_text(&fact.before)));
        let (after, ms) = match &fact.outcome {
            KillOutcome::Back { after, after_ms } => (after, Some(*after_ms)),
            KillOutcome::Waiting { after, waited_ms } => (after, Some(*waited_ms)),
            KillOutcome::GaveUp { after, .. } => (after, None),
            KillOutcome::NoMainProcess | KillOutcome::NotUp { .. } => return,
        };
        let when = ms.map_or("then".into(), |ms| format!("{} later", span(ms)));
        let source = format!("sudo systemctl kill --kill-whom=main -s KILL {}", view.unit);
        finding.show(
            Layer::Live,
            source,
            format!("SIGKILL to pid {}; {when} {}", fact.before.main_pid, sample_text(after)),
        );
    }

    fn verdict(&self, finding: Finding) -> Verdict {
        let before = &self.fact.before;
        match &self.fact.outcome {
            KillOutcome::Back { after, after_ms } => self.back(finding, after, *after_ms),
            KillOutcome::GaveUp { after, result } => self.gave_up(finding, after, result),
            KillOutcome::Waiting { after, waited_ms } => self.waiting(finding, after, *waited_ms),
            KillOutcome::NoMainProcess if before.sub == "exited" => {
                finding.failed("active (exited): its command has exited, so there is no main process to kill")
            }
            KillOutcome::NoMainProcess => finding.unknown(&Unknown {
                reason: format!("systemd does not know which process of {} is the main one", self.view.unit),
                remedy: Some(
                    "let ExecStart= run the program in the foreground (Type=exec), or name its PIDFile=".into(),
                ),
            }),
            KillOutcome::NotUp { unit } => self.not_up(finding, unit),
        }
    }

    fn back(&self, mut finding: Finding, after: &Sample, after_ms: u64) -> Verdict {
        let allowed = self.delay().as_micros().saturating_add(self.within.as_micros()) / 1000;
        if after_ms > allowed {
            return finding.failed(format!("back only after {}", span(after_ms)));
        }
        // The twin has read the disk. The learner's manager still uses the settings that it has loaded.
        if let (Ok(loaded), Some(reloaded)) = (self.view.loaded(), self.view.twin_loaded())
            && loaded.get("LoadState") == "loaded"
            && restarts_after_sigkill(reloaded)
            && !restarts_after_sigkill(loaded)
        {
            finding.because([stale(self.view, self.unit_files, "Restart")]);
            let policy = loaded.get("Restart");
            return finding.failed(format!("it comes back after a reboot, but Restart={policy} is loaded now"));
        }
        if let Some(observed) =
            self.again.then(|| start_limit::gives_up(self.view, self.unit_files, &mut finding)).flatten()
        {
            return finding.failed(format!("back after {} {observed}", span(after_ms)));
        }
        let first = if self.fact.started_first { "started for this trial; killed, and " } else { "" };
        let pids = format!("main pid {} then {}", self.fact.before.main_pid, after.main_pid);
        finding.passed(format!("{first}back after {}: {}, {pids}", span(after_ms), described(after)))
    }

    fn gave_up(&self, mut finding: Finding, after: &Sample, result: &str) -> Verdict {
        let (before, unit) = (&self.fact.before, self.view.unit);
        let restarted = after.invocation != before.invocation && !after.invocation.is_empty();
        if restarted || after.restarts > before.restarts + 1 {
            finding.because([self.crash_loop(after)]);
            return finding.failed(format!("restarted, but it ended again: {}, Result={result}", described(after)));
        }
        if after.restarts > before.restarts || result == "start-limit-hit" {
            let limit = &self.fact.limit;
            let starts = if limit.burst == 1 { "one start".into() } else { format!("{} starts", limit.burst) };
            let interval = TimeSpan::from_micros(limit.interval_us);
            finding.because([Cause::StartLimitHit.because(format!("systemd did not restart {unit}, because its start limit allows {starts} within {interval}, and all were used.")).next_step("under [Unit], set StartLimitBurst= to its default of 5, or higher")]);
            return finding.failed(format!("not restarted: the start limit of {starts} in {interval} is used up"));
        }
        // The settings of the manager that ran the trial.
        let trial_unit = match self.on {
            TrialMachine::Twin => self.view.twin_loaded(),
            TrialMachine::Live => self.view.loaded().ok(),
        };
        let should = trial_unit.is_some_and(restarts_after_sigkill);
        if let Some(loaded) = self.view.loaded().ok().filter(|_| self.on == TrialMachine::Twin && !should)
            && restarts_after_sigkill(loaded)
        {
            finding.because([stale(self.view, self.unit_files, "Restart")]);
        }
        let right = |written: &str| RESTART_AFTER_SIGKILL.contains(&written);
        finding.because(
            self.unit_files.map(|unit_files| directive_mistakes(unit_files, "Restart", &right)).unwrap_or_default(),
        );
        finding.because([if should { self.start_prevented() } else { self.not_restarted() }]);
        finding.failed(format!("{}, Result={result}: systemd did not restart it", described(after)))
    }

    /// Its settings restart it, but something else prevented the start, such as a unit that it requires.
    fn start_prevented(&self) -> Diagnosis {
        let (policy, unit) = (&self.fact.restart, self.view.unit);
        Cause::NoAutoRestart
            .because(format!("Restart={policy} restarts {unit}, but systemd could not start it."))
            .next_step(format!("sudo systemctl restart {unit}, and read its error; systemctl list-dependencies {unit}"))
    }

    fn not_restarted(&self) -> Diagnosis {
        let (policy, unit) = (&self.fact.restart, self.view.unit);
        let (text, what) = if RESTART_AFTER_SIGKILL.contains(&policy.as_str()) {
            let text = format!(
                "Restart={policy} restarts {unit}, but RestartPreventExitStatus= or SuccessExitStatus= excludes SIGKILL."
            );
            (text, "remove SIGKILL from that line")
        } else {
            let text = format!("With Restart={policy}, systemd does not restart {unit} after a SIGKILL.");
            (text, "set Restart=on-failure or always under [Service]")
        };
        let next = format!("{what}, then sudo systemctl daemon-reload && sudo systemctl restart {unit}");
        Cause::NoAutoRestart.because(text).next_step(next)
    }

    fn crash_loop(&self, after: &Sample) -> Diagnosis {
        let unit = self.view.unit;
        Cause::CrashLoop
            .because(format!(
                "systemd restarts {unit} after the kill, but its new process exits, too (NRestarts={}).",
                after.restarts
            ))
            .next_step(format!("journalctl -u {unit} -n 30"))
    }

    fn waiting(&self, mut finding: Finding, after: &Sample, waited_ms: u64) -> Verdict {
        let (unit, delay) = (self.view.unit, self.delay());
        let waits_for_restart = after.sub.starts_with("auto-restart");
        if delay == TimeSpan::INFINITY && waits_for_restart {
            finding.because([Cause::RestartNever
                .because(format!("With RestartSec=infinity, {unit} waits for its restart forever."))
                .next_step("set RestartSec= to a few seconds, under [Service]")]);
            return finding.failed("activating (auto-restart) forever: RestartSec=infinity");
        }
        if after.restarts > self.fact.before.restarts + 1 {
            finding.because([self.crash_loop(after)]);
            return finding.failed(format!("not stable after {}: {}", span(waited_ms), described(after)));
        }
        if waited_ms < delay.as_micros().saturating_add(self.within.as_micros()) / 1000 {
            let why = if waits_for_restart { format!("it waits for RestartSec={delay}") } else { described(after) };
            return finding.unknown(&Unknown {
                reason: format!("could not verify that it comes back: {why}, longer than a check waits"),
                remedy: Some("set RestartSec= to a few seconds, if the task allows it".into()),
            });
        }
        finding.failed(format!("not back after {}: {}", span(waited_ms), described(after)))
    }

    fn not_up(&self, mut finding: Finding, unit: &UnitFact) -> Verdict {
        let (state, result) = (described(&self.fact.before), unit.get("Result"));
        let runs = self.view.loaded().is_ok_and(|live| live.get("ActiveState") == "active");
        if self.on == TrialMachine::Twin && runs {
            return finding.unknown(&Unknown {
                reason: format!(
                    "it runs on your machine, but does not start on a freshly booted copy ({state}, Result={result}), so it was not killed there"
                ),
                remedy: Some(format!("sudo systemctl restart {}, and check that it starts", self.view.unit)),
            });
        }
        finding.because(match self.on {
            TrialMachine::Twin => why_not_running_after_boot(self.view, unit, self.unit_files, None),
            TrialMachine::Live => why_not_running(self.view, unit, self.unit_files, None),
        });
        let state_text = if self.on == TrialMachine::Twin { "cannot be started" } else { "is not running" };
        finding.failed(format!("it {state_text} ({state}, Result={result}), so there was no process to kill"))
    }

    fn delay(&self) -> TimeSpan {
        TimeSpan::from_micros(self.fact.delay_us)
    }
}

/// Whether the loaded settings restart the unit after SIGKILL. `systemctl show` prints signals without `SIG`.
fn restarts_after_sigkill(unit: &UnitFact) -> bool {
    let has = |name| unit.list(name).iter().any(|word| ["KILL", "SIGKILL"].contains(word));
    let policy = unit.get("Restart");
    let clean = has("SuccessExitStatus");
    let policy_restarts = match policy {
        "always" => true,
        "on-success" => clean,
        _ => RESTART_AFTER_SIGKILL.contains(&policy) && !clean,
    };
    // RestartPreventExitStatus= takes precedence (systemd.service(5)).
    !has("RestartPreventExitStatus") && (has("RestartForceExitStatus") || policy_restarts)
}

fn span(ms: u64) -> TimeSpan {
    TimeSpan::from_micros(ms.saturating_mul(1000))
}

#[cfg(test)]
mod tests {
    use super::restarts_after_sigkill;
    use crate::engine::testbed::service;

    #[test]
    fn policies_and_exit_statuses_decide_about_a_restart_after_sigkill() {
        for (policy, exception, answers) in [
            ("no", ("", ""), false),
            ("always", ("", ""), true),
            ("on-failure", ("", ""), true),
            ("on-abnormal", ("", ""), true),
            ("on-abort", ("", ""), true),
            ("on-success", ("", ""), false),
            ("on-watchdog", ("", ""), false),
            ("no", ("RestartForceExitStatus", "1 KILL"), true),
            ("always", ("RestartPreventExitStatus", "KILL 3"), false),
            ("on-failure", ("SuccessExitStatus", "KILL"), false),
            ("on-success", ("SuccessExitStatus", "KILL"), true),
            ("always", ("SuccessExitStatus", "KILL"), true),
            // Exit status 9 is not signal 9.
            ("always", ("RestartPreventExitStatus", "9"), true),
        ] {
            let unit = service(&[("Restart", policy), exception]);
            assert_eq!(restarts_after_sigkill(&unit), answers, "{policy} {exception:?}");
        }
        let both = [("Restart", "always"), ("RestartPreventExitStatus", "KILL"), ("RestartForceExitStatus", "KILL")];
        assert!(!restarts_after_sigkill(&service(&both)));
    }
}
