//! The trial `kill`: SIGKILL to a unit's main process, once, and a watch over what systemd makes of it.
//!
//! The signal goes through the manager (`systemctl kill`): a pid that was read inside a payload means another process,
//! or none, to a process outside.

use std::thread;
use std::time::{Duration, Instant};

use crate::model::{Ground, KillFact, KillOutcome, Sample, TimeSpan, UnitFact, Unknown};

use crate::machine::trials::start_limit::{Left, delay, duration, left, limit, since_start};
use crate::machine::units::stability::{Bell, Look, millis, now_micros};
use crate::machine::units::systemctl::Systemctl;
use crate::machine::units::unit_name::UnitName;
use crate::machine::unknown::{unknown, unknown_but};

/// No killed unit is waited for longer than this; what takes longer could not be verified.
pub const LONGEST_KILL: TimeSpan = TimeSpan::from_micros(20_000_000);
const CAP: Duration = Duration::from_micros(LONGEST_KILL.as_micros());
/// How long a start may take.
const START: Duration = Duration::from_secs(20);
/// How long a learner's start limit is waited for.
const LIMIT_WAIT: Duration = Duration::from_secs(15);
/// A new main process must outlive this: with `Type=simple` a unit is active before its program has begun.
pub const SETTLE: Duration = Duration::from_millis(500);
/// How long one that dies at once may be started anew before it is taken as it is.
const UNSETTLED: Duration = Duration::from_secs(5);
/// Between two looks, where nothing rings.
const SLICE: Duration = Duration::from_millis(20);
/// All of it together.
pub(crate) const LONGEST: Duration = Duration::from_secs(75);

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

/// Kills, and watches. An error where the kill was refused, or could not be done.
pub(crate) fn kill(systemctl: &Systemctl, unit: &str, within_ms: u64, on: Ground) -> Result<KillFact, Unknown> {
    let name = UnitName::parse(unit)?;
    let attempt = Attempt { systemctl, name };
    let mut fact = attempt.show()?;
    let mut started_first = false;
    if on == Ground::Twin && !is_up(&fact) {
        started_first = attempt.start(&fact);
        fact = attempt.settled()?;
    }
    if on == Ground::Live && has_main_process(&fact) {
        attempt.spare_the_limit(&fact)?;
        fact = attempt.show()?;
    }
    let delay = delay(&fact);
    let mut told = KillFact {
        before: Look::of(&fact, now_micros()).sample,
        started_first,
        restart: fact.get("Restart").to_owned(),
        delay_us: delay.as_micros(),
        limit: limit(&fact, now_micros()),
        outcome: KillOutcome::NoMainProcess,
    };
    if has_main_process(&fact) {
        let patience = duration(delay).saturating_add(Duration::from_millis(within_ms)).min(CAP);
        told.outcome = attempt.kill_and_watch(&told.before, duration(delay), patience)?;
    } else if !is_up(&fact) {
        told.outcome = KillOutcome::NotUp { unit: attempt.end()? };
    }
    Ok(told)
}

struct Attempt<'a> {
    systemctl: &'a Systemctl,
    name: UnitName,
}

impl Attempt<'_> {
    fn show(&self) -> Result<UnitFact, Unknown> {
        self.look(&PROPERTIES)
    }

    fn look(&self, properties: &[&str]) -> Result<UnitFact, Unknown> {
        let shown = self.systemctl.units(std::slice::from_ref(&self.name), properties);
        shown.into_values().next().unwrap_or_else(|| Err(unknown("this unit was not looked at")))
    }

    /// What the manager says of a unit that is not up. One that is started again and again says only between two lives
    /// how it ended.
    fn end(&self) -> Result<UnitFact, Unknown> {
        let begun = Instant::now();
        loop {
            let fact = self.look(&[])?;
            let has_ended = fact.get("Result") != "success" || matches!(fact.get("ActiveState"), "inactive" | "failed");
            // A life that has only just begun has no status yet, whatever became of the one before it.
            let has_status = !["", "0"].contains(&fact.get("ExecMainCode"));
            if has_ended && has_status || begun.elapsed() >= SETTLE {
                return Ok(fact);
            }
            Bell::of(std::iter::once(&fact)).wait(SLICE);
        }
    }

    /// As it is once a program that cannot run has had the time to say so. One that dies and is started again is up for a
    /// moment each time, which is no life to be killed.
    fn settled(&self) -> Result<UnitFact, Unknown> {
        let begun = Instant::now();
        let mut fact = self.show()?;
        while is_up(&fact) && begun.elapsed() < UNSETTLED {
            let young = fact.get("InvocationID").to_owned();
            Bell::of(std::iter::once(&fact)).wait(SETTLE);
            fact = self.show()?;
            if fact.get("InvocationID") == young {
                break;
            }
        }
        Ok(fact)
    }

    /// Brings a unit up that is down, or waits for one that is on its way. Whether it had to be started.
    fn start(&self, fact: &UnitFact) -> bool {
        if fact.get("ActiveState") == "failed" {
            // Its earlier starts count against its limit, and this trial is about the kill alone.
            let _ = self.systemctl.act("reset-failed", &[], &self.name, START);
        }
        // What came of it, the next look tells: a start can succeed without a running unit, too.
        let _ = self.systemctl.act("start", &[], &self.name, START);
        matches!(fact.get("ActiveState"), "inactive" | "failed") && !Look::of(fact, 0).passing
    }

    /// The automatic restart counts as a start. It must not be the one that a learner has left.
    fn spare_the_limit(&self, fact: &UnitFact) -> Result<(), Unknown> {
        let unit = self.name.as_str();
        let (delay, limit) = (delay(fact), limit(fact, now_micros()));
        let long = |micros| TimeSpan::from_micros(micros).to_string();
        if duration(delay) > CAP {
            let reason = format!("after a kill, {unit} would be away for RestartSec={delay}, so it was not killed");
            return Err(unknown_but(reason, "check it in a sandbox: unitlab lab start, unitlab check"));
        }
        match left(&limit, delay, since_start(fact, now_micros())) {
            Left::Enough => Ok(()),
            Left::After(wait) if wait <= LIMIT_WAIT => {
                // Nothing happens at that time that could be waited for: it is the clock that the limit goes by.
                thread::sleep(wait);
                Ok(())
            }
            Left::After(wait) => Err(unknown_but(
                format!(
                    "{unit} was started a moment ago, and a kill might use up its start limit ({} starts in {})",
                    limit.burst,
                    long(limit.interval_us)
                ),
                &format!("check again in {}", long(u64::try_from(wait.as_micros()).unwrap_or(u64::MAX))),
            )),
            Left::Never => Err(unknown_but(
                format!(
                    "a kill would use up the start limit of {unit} ({} in {}), so it was not killed",
                    if limit.burst == 1 { "one start".into() } else { format!("{} starts", limit.burst) },
                    long(limit.interval_us)
                ),
                "raise StartLimitBurst=, or check it in a sandbox: unitlab lab start, unitlab check",
            )),
        }
    }

    fn kill_and_watch(&self, before: &Sample, delay: Duration, patience: Duration) -> Result<KillOutcome, Unknown> {
        self.systemctl.act("kill", &["--kill-whom=main", "--signal=SIGKILL"], &self.name, START)?;
        let begin = Instant::now();
        let mut back: Option<(Sample, Duration)> = None;
        let mut was_down = false;
        loop {
            let fact = self.show()?;
            let Look { sample: after, passing } = Look::of(&fact, now_micros());
            let elapsed = begin.elapsed();
            let phase = phase(before, &after, passing);
            let mut wait = SLICE;
            match phase {
                Phase::Back => {
                    let since = match &back {
                        Some((sample, since)) if sample.invocation == after.invocation => *since,
                        _ => elapsed,
                    };
                    if elapsed.saturating_sub(since) >= SETTLE {
                        return Ok(KillOutcome::Back { after, after_ms: millis(since) });
                    }
                    wait = SETTLE.saturating_sub(elapsed.saturating_sub(since));
                    back = Some((after.clone(), since));
                }
                // Twice, since another unit may uphold it (`Upholds=`), and gets its turn only after that.
                Phase::Down if was_down => {
                    return Ok(KillOutcome::GaveUp { after, result: fact.get("Result").to_owned() });
                }
                Phase::Down => (wait, back) = (5 * SLICE, None),
                Phase::Between => {
                    back = None;
                    let asleep = after.sub.starts_with("auto-restart");
                    if asleep && delay > CAP {
                        return Ok(KillOutcome::Waiting { after, waited_ms: millis(elapsed) });
                    }
                    if asleep {
                        wait = wait.max(delay.saturating_sub(elapsed));
                    }
                }
            }
            was_down = phase == Phase::Down;
            if phase != Phase::Back && elapsed >= patience {
                return Ok(KillOutcome::Waiting { after, waited_ms: millis(elapsed) });
            }
            if phase != Phase::Back {
                wait = wait.min(patience.saturating_sub(elapsed));
            }
            // The kernel rings for processes that end. That a unit has become ready is known to its manager alone, and
            // systemctl cannot wait for it: hence a look every few milliseconds until the deadline.
            Bell::of(std::iter::once(&fact)).wait(wait);
        }
    }
}

/// A unit on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Active, and not as it was before.
    Back,
    Between,
    Down,
}

fn phase(before: &Sample, after: &Sample, passing: bool) -> Phase {
    let another = after.invocation != before.invocation && after.main_pid != 0 && after.main_pid != before.main_pid;
    match after.active.as_str() {
        "active" | "reloading" | "refreshing" if another => Phase::Back,
        "inactive" | "failed" if !passing => Phase::Down,
        // Also while the manager has not heard yet that the process is dead.
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
    fn only_another_process_in_another_invocation_is_back() {
        let before = sample("active", 7);
        let stubborn = Sample { invocation: "7".into(), ..sample("active", 9) };
        let headless = Sample { main_pid: 0, ..sample("active", 9) };
        for (what, after, passing, expected) in [
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
            assert_eq!(phase(&before, &after, passing), expected, "{what}");
        }
    }
}
