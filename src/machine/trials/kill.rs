//! The trial `kill`: sends SIGKILL to a unit's main process, and watches what systemd does.
//!
//! The manager sends the signal (`systemctl kill`), because a PID of the machine's PID namespace is wrong outside of it.

use std::thread;
use std::time::{Duration, Instant};

use crate::model::{KillFact, KillOutcome, Sample, TimeSpan, TrialMachine, UnitFact, Unknown};

use crate::machine::trials::start_limit::{
    StartsLeft, restart_delay, since_start, start_limit, starts_left, to_duration,
};
use crate::machine::units::stability::{ExitWatch, StateSample, millis, now_micros};
use crate::machine::units::systemctl::Systemctl;
use crate::machine::units::unit_name::UnitName;
use crate::machine::unknown::{unknown, unknown_with_remedy};

/// Longest wait for a killed unit. A later restart is unknown.
pub const LONGEST_KILL: TimeSpan = TimeSpan::from_micros(20_000_000);
const LONGEST_WAIT: Duration = Duration::from_micros(LONGEST_KILL.as_micros());
/// Longest time for a start.
const START_TIMEOUT: Duration = Duration::from_secs(20);
/// Longest wait for room in the unit's start limit.
const LIMIT_WAIT: Duration = Duration::from_secs(15);
/// A new main process must be this old: with `Type=simple` a unit is active before its program has begun.
pub const SETTLE: Duration = Duration::from_millis(500);
/// Longest time that a unit which exits at once may be restarted before the trial goes on.
const CRASH_LOOP_WAIT: Duration = Duration::from_secs(5);
/// Pause between two polls.
const PAUSE: Duration = Duration::from_millis(20);
/// Longest time for the whole trial.
pub(crate) const LONGEST_TRIAL: Duration = Duration::from_secs(75);

const PROPERTIES: [&str; 22] = [
    "Id",
    "Names",
    "LoadState",
    "ActiveState",
    "SubState",
    "Result",
    "Job",
    "MainPID",
    "InvocationID",
    "NRestarts",
    "ControlGroup",
    "ActiveEnterTimestampMonotonic",
    "InactiveExitTimestampMonotonic",
    "ExecMainStartTimestampMonotonic",
    "Restart",
    "RestartUSec",
    "RestartUSecNext",
    "StartLimitBurst",
    "StartLimitIntervalUSec",
    "Type",
    "PIDFile",
    "RemainAfterExit",
];

/// Kills the main process once. An error means that the kill was refused or failed.
pub(crate) fn kill(systemctl: &Systemctl, unit: &str, within_ms: u64, on: TrialMachine) -> Result<KillFact, Unknown> {
    let name = UnitName::parse(unit)?;
    let attempt = Attempt { systemctl, name };
    let mut fact = attempt.show()?;
    let mut started_first = false;
    if on == TrialMachine::Twin && !is_up(&fact) {
        started_first = attempt.start(&fact);
        fact = attempt.wait_until_settled()?;
    }
    if on == TrialMachine::Live && has_main_process(&fact) {
        attempt.wait_for_start_limit(&fact)?;
        fact = attempt.show()?;
    }
    let delay = restart_delay(&fact);
    let mut trial = KillFact {
        before: StateSample::of(&fact, now_micros()).sample,
        started_first,
        restart: fact.get("Restart").to_owned(),
        delay_us: delay.as_micros(),
        limit: start_limit(&fact, now_micros()),
        outcome: KillOutcome::NoMainProcess,
    };
    if has_main_process(&fact) {
        let timeout = to_duration(delay).saturating_add(Duration::from_millis(within_ms)).min(LONGEST_WAIT);
        trial.outcome = attempt.kill_and_watch(&trial.before, to_duration(delay), timeout)?;
    } else if !is_up(&fact) {
        trial.outcome = KillOutcome::NotUp { unit: attempt.final_properties()? };
    }
    Ok(trial)
}

struct Attempt<'a> {
    systemctl: &'a Systemctl,
    name: UnitName,
}

impl Attempt<'_> {
    fn show(&self) -> Result<UnitFact, Unknown> {
        self.show_properties(&PROPERTIES)
    }

    fn show_properties(&self, properties: &[&str]) -> Result<UnitFact, Unknown> {
        let shown = self.systemctl.show_units(std::slice::from_ref(&self.name), properties);
        shown.into_values().next().unwrap_or_else(|| Err(unknown("the properties of the unit were not read")))
    }

    /// The properties of a unit that is not up. In a restart loop, the exit status is shown only between two runs.
    fn final_properties(&self) -> Result<UnitFact, Unknown> {
        let begun = Instant::now();
        loop {
            let fact = self.show_properties(&[])?;
            let has_ended = fact.get("Result") != "success" || matches!(fact.get("ActiveState"), "inactive" | "failed");
            // A new run has no exit status yet.
            let has_status = !["", "0"].contains(&fact.get("ExecMainCode"));
            if has_ended && has_status || begun.elapsed() >= SETTLE {
                return Ok(fact);
            }
            ExitWatch::of(std::iter::once(&fact)).wait(PAUSE);
        }
    }

    /// The properties after a program that cannot run has had time to fail. A crash-looping unit is briefly active; do
    /// not kill it then.
    fn wait_until_settled(&self) -> Result<UnitFact, Unknown> {
        let begun = Instant::now();
        let mut fact = self.show()?;
        while is_up(&fact) && begun.elapsed() < CRASH_LOOP_WAIT {
            let young = fact.get("InvocationID").to_owned();
            let left = SETTLE.saturating_sub(StateSample::of(&fact, now_micros()).steady);
            ExitWatch::of(std::iter::once(&fact)).wait(left);
            fact = self.show()?;
            if fact.get("InvocationID") == young {
                break;
            }
        }
        Ok(fact)
    }

    /// Starts a unit that is down, or waits for one that is starting. Returns whether it had to be started.
    fn start(&self, fact: &UnitFact) -> bool {
        if fact.get("ActiveState") == "failed" {
            // Earlier starts count against its limit, and this trial is about the kill alone.
            let _ = self.systemctl.run_verb("reset-failed", &[], &self.name, START_TIMEOUT);
        }
        // The caller reads the properties again: a start can also succeed without a running unit.
        let _ = self.systemctl.run_verb("start", &[], &self.name, START_TIMEOUT);
        matches!(fact.get("ActiveState"), "inactive" | "failed") && !StateSample::of(fact, 0).transient
    }

    /// The automatic restart counts as a start. Do not use up the learner's last one.
    fn wait_for_start_limit(&self, fact: &UnitFact) -> Result<(), Unknown> {
        let unit = self.name.as_str();
        let (delay, limit) = (restart_delay(fact), start_limit(fact, now_micros()));
        let long = |micros| TimeSpan::from_micros(micros).to_string();
        if to_duration(delay) > LONGEST_WAIT {
            let reason = format!("after a kill, {unit} would be down for RestartSec={delay}, so it was not killed");
            return Err(unknown_with_remedy(reason, "check it in a sandbox: unitlab lab start, unitlab check"));
        }
        match starts_left(&limit, delay, since_start(fact, now_micros())) {
            StartsLeft::Enough => Ok(()),
            StartsLeft::After(wait) if wait <= LIMIT_WAIT => {
                // The limit depends on the clock, so there is no event to wait for.
                thread::sleep(wait);
                Ok(())
            }
            StartsLeft::After(wait) => Err(unknown_with_remedy(
                format!(
                    "{unit} was started a moment ago, and a kill might use up its start limit ({} starts in {})",
                    limit.burst,
                    long(limit.interval_us)
                ),
                &format!("check again in {}", long(u64::try_from(wait.as_micros()).unwrap_or(u64::MAX))),
            )),
            StartsLeft::Never => Err(unknown_with_remedy(
                format!(
                    "a kill would use up the start limit of {unit} ({} in {}), so it was not killed",
                    if limit.burst == 1 { "one start".into() } else { format!("{} starts", limit.burst) },
                    long(limit.interval_us)
                ),
                "raise StartLimitBurst=, or check it in a sandbox: unitlab lab start, unitlab check",
            )),
        }
    }

    fn kill_and_watch(&self, before: &Sample, delay: Duration, timeout: Duration) -> Result<KillOutcome, Unknown> {
        self.systemctl.run_verb("kill", &["--kill-whom=main", "--signal=SIGKILL"], &self.name, START_TIMEOUT)?;
        let begin = Instant::now();
        let mut back: Option<(Sample, Duration)> = None;
        let mut was_down = false;
        loop {
            let asked = now_micros();
            let fact = self.show()?;
            // A busy manager answers late, so the age is counted from before the question.
            let StateSample { sample: after, transient, steady, .. } = StateSample::of(&fact, asked);
            let elapsed = begin.elapsed();
            let phase = phase(before, &after, transient);
            let mut wait = PAUSE;
            match phase {
                Phase::Back => {
                    let since = match &back {
                        Some((sample, since)) if sample.invocation == after.invocation => *since,
                        _ => elapsed.saturating_sub(steady),
                    };
                    // While it reloads, the manager's time stamps do not say since when it is active.
                    let settled = steady.max(elapsed.saturating_sub(since));
                    if settled >= SETTLE {
                        return Ok(KillOutcome::Back { after, after_ms: millis(since) });
                    }
                    wait = SETTLE.saturating_sub(settled);
                    back = Some((after.clone(), since));
                }
                // Poll twice: a unit with `Upholds=` starts it only after it went down.
                Phase::Down if was_down => {
                    return Ok(KillOutcome::GaveUp { after, result: fact.get("Result").to_owned() });
                }
                Phase::Down => (wait, back) = (5 * PAUSE, None),
                Phase::Between => {
                    back = None;
                    let asleep = after.sub.starts_with("auto-restart");
                    if asleep && delay > LONGEST_WAIT {
                        return Ok(KillOutcome::Waiting { after, waited_ms: millis(elapsed) });
                    }
                    if asleep {
                        wait = wait.max(delay.saturating_sub(elapsed));
                    }
                }
            }
            was_down = phase == Phase::Down;
            if phase != Phase::Back && elapsed >= timeout {
                return Ok(KillOutcome::Waiting { after, waited_ms: millis(elapsed) });
            }
            if phase != Phase::Back {
                wait = wait.min(timeout.saturating_sub(elapsed));
            }
            // The kernel reports the end of processes. Only the manager knows when a unit becomes ready, and systemctl
            // cannot wait for that, so poll every few milliseconds until the deadline.
            ExitWatch::of(std::iter::once(&fact)).wait(wait);
        }
    }
}

/// Where a unit is after the kill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Active, in a new run with a new main process.
    Back,
    Between,
    Down,
}

fn phase(before: &Sample, after: &Sample, transient: bool) -> Phase {
    let another = after.invocation != before.invocation && after.main_pid != 0 && after.main_pid != before.main_pid;
    match after.active.as_str() {
        "active" | "reloading" | "refreshing" if another => Phase::Back,
        "inactive" | "failed" if !transient => Phase::Down,
        // Also while the manager has not reaped the process yet.
        _ => Phase::Between,
    }
}

fn is_up(fact: &UnitFact) -> bool {
    matches!(fact.get("ActiveState"), "active" | "reloading" | "refreshing")
}

fn has_main_process(fact: &UnitFact) -> bool {
    is_up(fact) && !["", "0"].contains(&fact.get("MainPID"))
}

#[cfg(test)]
mod tests {
    use super::{Phase, Sample, phase};

    fn sample(active: &str, pid: u32) -> Sample {
        Sample { active: active.into(), main_pid: pid, invocation: pid.to_string(), ..Sample::default() }
    }

    #[test]
    fn only_a_new_process_in_a_new_run_is_back() {
        let before = sample("active", 7);
        let stubborn = Sample { invocation: "7".into(), ..sample("active", 9) };
        let headless = Sample { main_pid: 0, ..sample("active", 9) };
        for (what, after, transient, expected) in [
            ("not yet dead", sample("active", 7), false, Phase::Between),
            ("another", sample("active", 9), false, Phase::Back),
            ("reloading", sample("reloading", 9), false, Phase::Back),
            ("the same invocation", stubborn, false, Phase::Between),
            ("no main process yet", headless, false, Phase::Between),
            ("starting", sample("activating", 9), false, Phase::Between),
            ("children linger", sample("deactivating", 0), false, Phase::Between),
            ("between restarts", sample("failed", 0), true, Phase::Between),
            ("given up", sample("failed", 0), false, Phase::Down),
            ("ended", sample("inactive", 0), false, Phase::Down),
        ] {
            assert_eq!(phase(&before, &after, transient), expected, "{what}");
        }
    }
}
