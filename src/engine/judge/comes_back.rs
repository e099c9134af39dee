//! `comes-back`: its main process was killed, once, and the unit is active again with another one.
//!
//! A trial, so behaviour decides: `Restart=no` with `RestartForceExitStatus=SIGKILL` comes back as well (truth 14).

use super::active::{described, look};
use super::start_limit;
use crate::engine::diagnose::{directive_mistakes, stale, why_not_running, why_not_running_after_boot};
use crate::engine::finding::Finding;
use crate::engine::unit_files::UnitFiles;
use crate::engine::unit_view::UnitView;
use crate::model::{
    Cause, Diagnosis, Ground, KillFact, KillOutcome, KillTrial, Layer, Sample, TimeSpan, UnitFact, Unknown, Verdict,
};

/// Policies that answer a SIGKILL (truth 13).
const ANSWER_SIGKILL: [&str; 4] = ["always", "on-failure", "on-abnormal", "on-abort"];

pub(super) fn judge(view: &UnitView, within: TimeSpan, again: bool) -> Verdict {
    let often = if again { ", however often" } else { "" };
    let expected =
        format!("active again with a new main process after a SIGKILL, within RestartSec= and {within}{often}");
    let mut finding = Finding::expecting(expected);
    let (on, fact) = match view.killed() {
        None => return finding.not_run("not run: no trial was asked for, so its main process was not killed"),
        Some(Err(unknown)) => return finding.unknown(&unknown),
        Some(Ok((KillTrial { on, .. }, fact))) => (*on, fact),
    };
    let files = view.files();
    let layers = files.as_ref().ok().map(|files| UnitFiles::read(files));
    let case = Case { view, fact, within, again, on, layers: layers.as_ref() };
    case.show(&mut finding);
    case.verdict(finding)
}

struct Case<'a> {
    view: &'a UnitView<'a>,
    fact: &'a KillFact,
    within: TimeSpan,
    again: bool,
    on: Ground,
    layers: Option<&'a UnitFiles<'a>>,
}

impl Case<'_> {
    fn show(&self, finding: &mut Finding) {
        let (view, fact) = (self.view, self.fact);
        if let Some(layers) = self.layers {
            let (place, text) = layers.evidence(view.unit, "Restart");
            finding.show(Layer::File, place, text);
        }
        let policy = format!("Restart={} RestartUSec={}", fact.restart, self.delay());
        finding.show(Layer::Loaded, view.show("Restart,RestartUSec"), policy);
        let place = if self.on == Ground::Twin { "on a freshly booted copy: " } else { "" };
        let first = if fact.started_first { "started for this trial, then " } else { "" };
        let source = view.show("ActiveState,SubState,MainPID,NRestarts");
        finding.show(Layer::Live, &source, format!("{place}{first}{}", look(&fact.before)));
        let (after, ms) = match &fact.outcome {
            KillOutcome::Back { after, after_ms } => (after, Some(*after_ms)),
            KillOutcome::Waiting { after, waited_ms } => (after, Some(*waited_ms)),
            KillOutcome::GaveUp { after, .. } => (after, None),
            KillOutcome::NoMainProcess | KillOutcome::NotUp { .. } => return,
        };
        let when = ms.map_or("then".into(), |ms| format!("{} later", span(ms)));
        let source = format!("sudo systemctl kill --kill-whom=main -s KILL {}", view.unit);
        finding.show(Layer::Live, source, format!("SIGKILL to pid {}; {when} {}", fact.before.main_pid, look(after)));
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
        // The copy has read the disk. A manager that has not would still go by what it has loaded.
        if let (Ok(loaded), Some(reloaded)) = (self.view.loaded(), self.view.reloaded())
            && loaded.get("LoadState") == "loaded"
            && answers_sigkill(reloaded)
            && !answers_sigkill(loaded)
        {
            finding.because([stale(self.view, self.layers, "Restart")]);
            let policy = loaded.get("Restart");
            return finding.failed(format!("it comes back after a reboot, but now Restart={policy} is loaded"));
        }
        if let Some(observed) =
            self.again.then(|| start_limit::gives_up(self.view, self.layers, &mut finding)).flatten()
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
            finding.because([self.dies_again(after)]);
            return finding.failed(format!("started again, and ended again: {}, Result={result}", described(after)));
        }
        if after.restarts > before.restarts || result == "start-limit-hit" {
            let limit = &self.fact.limit;
            let starts = if limit.burst == 1 { "one start".into() } else { format!("{} starts", limit.burst) };
            let interval = TimeSpan::from_micros(limit.interval_us);
            finding.because([Cause::StartLimitHit.because(format!("systemd wanted to restart {unit}, but its start limit allows {starts} within {interval}, and that was used up.")).next_step("under [Unit], leave StartLimitBurst= at its default of 5, or higher")]);
            return finding.failed(format!("not started again: the start limit of {starts} in {interval} is used up"));
        }
        // The manager that was tried goes by the same settings: then they are not what is stale.
        let tried = match self.on {
            Ground::Twin => self.view.reloaded(),
            Ground::Live => self.view.loaded().ok(),
        };
        let should = tried.is_some_and(answers_sigkill);
        if let Some(loaded) = self.view.loaded().ok().filter(|_| self.on == Ground::Twin && !should)
            && answers_sigkill(loaded)
        {
            finding.because([stale(self.view, self.layers, "Restart")]);
        }
        let right = |written: &str| ANSWER_SIGKILL.contains(&written);
        finding.because(self.layers.map(|layers| directive_mistakes(layers, "Restart", &right)).unwrap_or_default());
        finding.because([if should { self.refused() } else { self.left_dead() }]);
        finding.failed(format!("{}, Result={result}: nothing started it again", described(after)))
    }

    /// By its settings it comes back: something else was in the way of the start, such as a unit that it requires.
    fn refused(&self) -> Diagnosis {
        let (policy, unit) = (&self.fact.restart, self.view.unit);
        Cause::NoAutoRestart
            .because(format!("Restart={policy} would restart {unit}, and systemd could not start it again."))
            .next_step(format!(
                "sudo systemctl restart {unit}, and read what it says; systemctl list-dependencies {unit}"
            ))
    }

    fn left_dead(&self) -> Diagnosis {
        let (policy, unit) = (&self.fact.restart, self.view.unit);
        let (text, what) = if ANSWER_SIGKILL.contains(&policy.as_str()) {
            let text = format!(
                "Restart={policy} would restart {unit}, but RestartPreventExitStatus= or SuccessExitStatus= makes an exception of SIGKILL."
            );
            (text, "take SIGKILL out of that line")
        } else {
            let text =
                format!("With Restart={policy}, systemd does not start {unit} again after its process was killed.");
            (text, "set Restart=on-failure or always under [Service]")
        };
        let next = format!("{what}, then sudo systemctl daemon-reload && sudo systemctl restart {unit}");
        Cause::NoAutoRestart.because(text).next_step(next)
    }

    fn dies_again(&self, after: &Sample) -> Diagnosis {
        let unit = self.view.unit;
        Cause::CrashLoop
            .because(format!(
                "{unit} is restarted after the kill, and its new process dies too (NRestarts={}).",
                after.restarts
            ))
            .next_step(format!("journalctl -u {unit} -n 30"))
    }

    fn waiting(&self, mut finding: Finding, after: &Sample, waited_ms: u64) -> Verdict {
        let (unit, delay) = (self.view.unit, self.delay());
        let asleep = after.sub.starts_with("auto-restart");
        if delay == TimeSpan::INFINITY && asleep {
            finding.because([Cause::RestartNever
                .because(format!("RestartSec=infinity makes {unit} wait for its restart for ever."))
                .next_step("set RestartSec= to a few seconds, under [Service]")]);
            return finding.failed("activating (auto-restart) forever: RestartSec=infinity");
        }
        if after.restarts > self.fact.before.restarts + 1 {
            finding.because([self.dies_again(after)]);
            return finding.failed(format!("after {} not up for good: {}", span(waited_ms), described(after)));
        }
        if waited_ms < delay.as_micros().saturating_add(self.within.as_micros()) / 1000 {
            let why = if asleep { format!("it waits for RestartSec={delay}") } else { described(after) };
            return finding.unknown(&Unknown {
                reason: format!("could not verify that it comes back: {why}, which is longer than a check waits"),
                remedy: Some("set a RestartSec= of a few seconds, if the task leaves it to you".into()),
            });
        }
        finding.failed(format!("not back after {}: {}", span(waited_ms), described(after)))
    }

    fn not_up(&self, mut finding: Finding, unit: &UnitFact) -> Verdict {
        let (state, result) = (described(&self.fact.before), unit.get("Result"));
        let runs = self.view.loaded().is_ok_and(|live| live.get("ActiveState") == "active");
        if self.on == Ground::Twin && runs {
            return finding.unknown(&Unknown {
                reason: format!(
                    "it runs on your machine, but a freshly booted copy cannot start it ({state}, Result={result}), so it could not be killed there"
                ),
                remedy: Some(format!("sudo systemctl restart {}, and see whether it starts", self.view.unit)),
            });
        }
        finding.because(match self.on {
            Ground::Twin => why_not_running_after_boot(self.view, unit, self.layers, None),
            Ground::Live => why_not_running(self.view, unit, self.layers, None),
        });
        let tried = if self.on == Ground::Twin { "cannot be started" } else { "does not run" };
        finding.failed(format!("it {tried} ({state}, Result={result}), so nothing could be killed"))
    }

    fn delay(&self) -> TimeSpan {
        TimeSpan::from_micros(self.fact.delay_us)
    }
}

/// What is loaded makes systemd start the unit again after a SIGKILL. Signals are shown without their SIG.
fn answers_sigkill(unit: &UnitFact) -> bool {
    let has = |name| unit.list(name).iter().any(|word| ["KILL", "SIGKILL"].contains(word));
    let policy = unit.get("Restart");
    let clean = has("SuccessExitStatus");
    let policy_does = match policy {
        "always" => true,
        "on-success" => clean,
        _ => ANSWER_SIGKILL.contains(&policy) && !clean,
    };
    // What prevents is asked first (systemd.service(5)).
    !has("RestartPreventExitStatus") && (has("RestartForceExitStatus") || policy_does)
}

fn span(ms: u64) -> TimeSpan {
    TimeSpan::from_micros(ms.saturating_mul(1000))
}

#[cfg(test)]
mod tests {
    use super::answers_sigkill;
    use crate::engine::testbed::service;

    #[test]
    fn truths_13_and_14_what_answers_a_sigkill() {
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
            // The status 9 is no signal.
            ("always", ("RestartPreventExitStatus", "9"), true),
        ] {
            let unit = service(&[("Restart", policy), exception]);
            assert_eq!(answers_sigkill(&unit), answers, "{policy} {exception:?}");
        }
        let both = [("Restart", "always"), ("RestartPreventExitStatus", "KILL"), ("RestartForceExitStatus", "KILL")];
        assert!(!answers_sigkill(&service(&both)));
    }
}
