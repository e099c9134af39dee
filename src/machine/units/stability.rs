//! Watches units over a window. Uptime counts towards the window, and the end of a unit's processes ends it.

use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::inotify;
use rustix::time::{ClockId, clock_gettime};

use crate::model::{Sample, StabilityFact, UnitFact, Unknown};

use crate::machine::units::systemctl::Units;
use crate::machine::units::unit_name::UnitName;
use crate::machine::unknown::unknown;
use crate::os::child::timespec;

/// The longest window. A unit that starts late is watched for one window after its start.
pub(crate) const LONGEST_WINDOW: Duration = Duration::from_secs(60);

/// How long after its begin a first start is waited for: on a busy machine, programs load slowly.
pub(crate) const START_PATIENCE: Duration = Duration::from_secs(10);

/// Between two looks at a unit that is starting.
const START_PAUSE: Duration = Duration::from_millis(200);

/// Watches all units together. `shown` is the first sample; each later one replaces it. `asked` is the time just before
/// the first, in microseconds: a busy manager may answer late, and uptime must not be counted too high.
pub(crate) fn watch(
    windows: &[(&UnitName, u64)],
    shown: &mut Units,
    asked: u64,
    mut show: impl FnMut() -> Units,
) -> Vec<Result<StabilityFact, Unknown>> {
    let begin = Instant::now();
    let mut watches: Vec<Result<Watch, Unknown>> = windows
        .iter()
        .map(|(unit, window_ms)| look(shown, unit, asked).map(|look| Watch::new(look, *window_ms)))
        .collect();
    while let Some(wait) = watches.iter().flatten().filter_map(Watch::pause).min() {
        let pending =
            windows.iter().zip(&watches).filter(|(_, watch)| watch.as_ref().is_ok_and(|watch| watch.left().is_some()));
        ExitWatch::of(pending.filter_map(|((unit, _), _)| shown.get(unit)?.as_ref().ok())).wait(wait);
        let asked = now_micros();
        *shown = show();
        for ((unit, _), slot) in windows.iter().zip(&mut watches) {
            if let Ok(watch) = slot
                && watch.left().is_some()
            {
                match look(shown, unit, asked) {
                    Ok(look) => (watch.after, watch.watched) = (look, begin.elapsed()),
                    Err(unknown) => *slot = Err(unknown),
                }
            }
        }
    }
    let fact = |watch: Watch| StabilityFact {
        before: watch.before.sample,
        after: watch.after.sample,
        watched_ms: millis(watch.watched),
    };
    watches.into_iter().map(|watch| watch.map(fact)).collect()
}

/// A sample, and whether the state is transient.
#[derive(Debug, Clone)]
pub(crate) struct StateSample {
    pub(crate) sample: Sample,
    /// A job is queued, or an automatic restart is about to happen.
    pub(crate) transient: bool,
    /// For how long it has been active with its present main process; zero if it is not active.
    pub(crate) steady: Duration,
    /// For how long its first start has gone on; none if it is not starting, or was restarted.
    starting: Option<Duration>,
}

fn look(shown: &Units, unit: &UnitName, asked: u64) -> Result<StateSample, Unknown> {
    match shown.get(unit) {
        Some(Ok(fact)) => Ok(StateSample::of(fact, asked)),
        Some(Err(unknown)) => Err(unknown.clone()),
        None => Err(unknown("the properties of the unit were not read")),
    }
}

impl StateSample {
    pub(crate) fn of(fact: &UnitFact, asked: u64) -> Self {
        let active = fact.get("ActiveState");
        let stamp = |name| fact.get(name).parse::<u64>().unwrap_or(0);
        let since = stamp("ActiveEnterTimestampMonotonic");
        // A service can name another main process while it is active (MAINPID= in sd_notify(3)).
        let steady_since =
            if stamp("MainPID") == 0 { since } else { since.max(stamp("ExecMainStartTimestampMonotonic")) };
        let age = |stamp: u64| Duration::from_micros(asked.saturating_sub(stamp));
        let sub = fact.get("SubState");
        let has_job = !["", "0"].contains(&fact.get("Job"));
        let is_starting = stamp("NRestarts") == 0
            && match active {
                "activating" => !sub.starts_with("auto-restart"),
                "inactive" => has_job,
                _ => false,
            };
        Self {
            sample: Sample {
                active: active.to_owned(),
                sub: sub.to_owned(),
                main_pid: fact.get("MainPID").parse().unwrap_or(0),
                invocation: fact.get("InvocationID").to_owned(),
                restarts: fact.get("NRestarts").parse().unwrap_or(0),
                up_ms: if active == "active" { millis(age(since)) } else { 0 },
            },
            transient: has_job || sub.ends_with("-before-auto-restart"),
            steady: if active == "active" { age(steady_since) } else { Duration::ZERO },
            starting: is_starting.then(|| match stamp("InactiveExitTimestampMonotonic") {
                0 => Duration::ZERO,
                begun => age(begun),
            }),
        }
    }
}

struct Watch {
    before: StateSample,
    after: StateSample,
    window: Duration,
    watched: Duration,
}

impl Watch {
    fn new(look: StateSample, window_ms: u64) -> Self {
        let window = Duration::from_millis(window_ms).min(LONGEST_WINDOW);
        Self { before: look.clone(), after: look, window, watched: Duration::ZERO }
    }

    /// How much longer to watch; `None` once the last sample is the answer.
    fn left(&self) -> Option<Duration> {
        let (before, after) = (&self.before.sample, &self.after.sample);
        let run =
            |sample: &Sample| (sample.active.clone(), sample.main_pid, sample.invocation.clone(), sample.restarts);
        if before.active == "active" && run(before) != run(after) {
            return None;
        }
        let left = match after.active.as_str() {
            "active" => self.window.saturating_sub(self.after.steady),
            "inactive" | "failed" if !self.after.transient => Duration::ZERO,
            _ => {
                let starting = self.after.starting.map(|begun| if begun.is_zero() { self.watched } else { begun });
                let patience = starting.map(|since| START_PATIENCE.saturating_sub(since)).unwrap_or_default();
                self.window.saturating_sub(self.watched).max(patience)
            }
        };
        // A unit that became active while it was watched gets one full window. A crash loop gets no more time.
        let patience = if after.restarts == 0 { START_PATIENCE } else { Duration::ZERO };
        let rest = (2 * self.window + patience).saturating_sub(self.watched);
        Some(left.min(rest)).filter(|left| !left.is_zero())
    }

    /// How long to wait before the next look. No event says that a start has finished.
    fn pause(&self) -> Option<Duration> {
        let left = self.left()?;
        Some(if self.after.starting.is_some() { left.min(START_PAUSE) } else { left })
    }
}

/// The monotonic clock, in microseconds, as in the manager's time stamps.
pub(crate) fn now_micros() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    let (seconds, nanos) = (u64::try_from(now.tv_sec).unwrap_or(0), u64::try_from(now.tv_nsec).unwrap_or(0));
    seconds * 1_000_000 + nanos / 1000
}

pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Waits for the last process of a unit to exit: the kernel then changes `cgroup.events` of its group (cgroups(7)).
pub(crate) struct ExitWatch(Option<OwnedFd>);

impl ExitWatch {
    /// Without inotify or cgroup2, `wait` takes its full time.
    pub(crate) fn of<'a>(units: impl Iterator<Item = &'a UnitFact>) -> Self {
        let inotify_fd = inotify::init(inotify::CreateFlags::NONBLOCK | inotify::CreateFlags::CLOEXEC).ok();
        if let Some(inotify_fd) = &inotify_fd {
            for group in units.map(|unit| unit.get("ControlGroup")).filter(|group| !group.is_empty()) {
                for root in ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"] {
                    let _ = inotify::add_watch(
                        inotify_fd,
                        format!("{root}{group}/cgroup.events"),
                        inotify::WatchFlags::MODIFY,
                    );
                }
            }
        }
        Self(inotify_fd)
    }

    pub(crate) fn wait(&self, time: Duration) {
        let mut ready: Vec<PollFd<'_>> =
            self.0.iter().map(|inotify_fd| PollFd::new(inotify_fd, PollFlags::IN)).collect();
        // The caller reads the properties again in any case.
        let _ = poll(&mut ready, Some(&timespec(time)));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::time::{Duration, Instant};

    use super::{StateSample, UnitFact, UnitName, Units, Watch, now_micros, watch};

    fn fact(state: &str, since: u64, pid: &str, job: &str) -> UnitFact {
        let (active, sub) = state.split_once('/').unwrap();
        let since = since.to_string();
        let properties = [
            ("ActiveState", active),
            ("SubState", sub),
            ("ActiveEnterTimestampMonotonic", &since),
            ("MainPID", pid),
            ("InvocationID", pid),
            ("NRestarts", "2"),
            ("Job", job),
        ];
        UnitFact { properties: properties.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect() }
    }

    #[test]
    fn how_long_to_watch() {
        let second = 1_000_000;
        for (what, before, after, watched, left) in [
            ("up for longer", fact("active/running", 0, "7", ""), None, 0, 0),
            ("up for a part", fact("active/running", 9 * second, "7", ""), None, 0, 1000),
            ("exited and active", fact("active/exited", 9 * second, "0", ""), None, 0, 1000),
            ("failed for good", fact("failed/failed", 0, "0", ""), None, 0, 0),
            ("missing", fact("inactive/dead", 0, "0", ""), None, 0, 0),
            ("start queued", fact("inactive/dead", 0, "0", "12"), None, 0, 2000),
            ("between restarts", fact("failed/failed-before-auto-restart", 0, "0", ""), None, 0, 2000),
            ("waiting to restart", fact("activating/auto-restart", 0, "0", ""), None, 0, 2000),
            ("still waiting", fact("activating/auto-restart", 0, "0", ""), None, 2000, 0),
            (
                "came up late",
                fact("activating/start", 0, "0", ""),
                Some(fact("active/running", 9 * second, "7", "")),
                1900,
                1000,
            ),
            (
                "patience ends",
                fact("activating/start", 0, "0", ""),
                Some(fact("active/running", 9 * second, "7", "")),
                3900,
                100,
            ),
            (
                "died",
                fact("active/running", 9 * second, "7", ""),
                Some(fact("activating/auto-restart", 0, "0", "")),
                100,
                0,
            ),
            (
                "was replaced",
                fact("active/running", 9 * second, "7", ""),
                Some(fact("active/running", 9 * second, "8", "")),
                100,
                0,
            ),
        ] {
            let mut watch = Watch::new(StateSample::of(&before, 10 * second), 2000);
            if let Some(after) = after {
                watch.after = StateSample::of(&after, 10 * second);
            }
            watch.watched = Duration::from_millis(watched);
            assert_eq!(watch.left().unwrap_or_default(), Duration::from_millis(left), "{what}");
        }
    }

    /// On a busy machine a service was still starting when its window ended, and the verdict was unknown.
    #[test]
    fn a_first_start_is_waited_for_and_a_restart_is_not() {
        let second = 1_000_000;
        for (what, state, restarts, begun, job, watched, left) in [
            ("starting", "activating/start", "0", 19 * second, "7", 1000, Some(9000)),
            ("slow", "activating/start", "0", 12 * second, "7", 4000, Some(2000)),
            ("hung, at the first look", "activating/start", "0", 5 * second, "7", 0, Some(2000)),
            ("hung, after the window", "activating/start", "0", 5 * second, "7", 2000, None),
            ("queued at boot", "inactive/dead", "0", 0, "7", 4000, Some(6000)),
            ("in a crash loop", "activating/start", "1", 19 * second, "7", 2000, None),
            ("waits to restart", "activating/auto-restart", "0", 19 * second, "", 2000, None),
        ] {
            let mut unit = fact(state, 0, "0", job);
            unit.properties.insert("NRestarts".into(), restarts.into());
            unit.properties.insert("InactiveExitTimestampMonotonic".into(), begun.to_string());
            let mut watch = Watch::new(StateSample::of(&unit, 20 * second), 2000);
            watch.watched = Duration::from_millis(watched);
            assert_eq!(watch.left(), left.map(Duration::from_millis), "{what}");
            assert!(watch.pause().is_none_or(|pause| pause < Duration::from_secs(1)), "{what}");
        }
    }

    #[test]
    fn a_new_main_process_begins_the_window_again() {
        let second = 1_000_000;
        for (main_pid, left) in [("7", Some(1000)), ("0", None)] {
            let mut unit = fact("active/running", 0, main_pid, "");
            unit.properties.insert("ExecMainStartTimestampMonotonic".into(), (9 * second).to_string());
            let watch = Watch::new(StateSample::of(&unit, 10 * second), 2000);
            assert_eq!(watch.left(), left.map(Duration::from_millis), "main pid {main_pid}");
            assert_eq!(watch.before.sample.up_ms, 10_000);
        }
    }

    fn run(window_ms: u64, looks: Vec<UnitFact>) -> (super::StabilityFact, usize) {
        let unit = UnitName::parse("a.service").unwrap();
        let mut looks: VecDeque<Units> = looks.into_iter().map(|fact| [(unit.clone(), Ok(fact))].into()).collect();
        let mut shown = looks.pop_front().unwrap();
        let mut asked = 0;
        let facts = watch(&[(&unit, window_ms)], &mut shown, now_micros(), || {
            asked += 1;
            looks.pop_front().expect("another look")
        });
        (facts.into_iter().next().unwrap().unwrap(), asked)
    }

    #[test]
    fn uptime_answers_without_waiting() {
        let (fact, asked) = run(3_600_000, vec![fact("active/running", now_micros() - 61_000_000, "7", "")]);
        assert_eq!((asked, fact.watched_ms), (0, 0));
        assert_eq!(fact.before, fact.after);
        assert!(fact.before.up_ms >= 61_000 && fact.before.main_pid == 7 && fact.before.restarts == 2);
    }

    #[test]
    fn a_young_unit_is_sampled_again_after_the_window() {
        let begin = Instant::now();
        let young = fact("active/running", now_micros(), "7", "");
        let (fact, asked) = run(120, vec![young.clone(), young]);
        assert!(asked == 1 && fact.after.up_ms >= 120 && fact.watched_ms >= 110, "{fact:?}");
        assert!(begin.elapsed() >= Duration::from_millis(110));
    }
}
