//! How many starts a unit's start limit still permits (`StartLimitBurst=` in `StartLimitIntervalSec=`, systemd.unit(5)).

use std::time::Duration;

use crate::model::{StartLimit, TimeSpan, UnitFact};

/// The delay of the next automatic restart; it can grow with each one (`RestartSteps=`).
pub(crate) fn restart_delay(fact: &UnitFact) -> TimeSpan {
    let next = TimeSpan::parse(fact.get("RestartUSecNext"));
    next.or_else(|_| TimeSpan::parse(fact.get("RestartUSec"))).unwrap_or(TimeSpan::from_micros(0))
}

pub(crate) fn to_duration(span: TimeSpan) -> Duration {
    Duration::from_micros(span.as_micros())
}

pub(crate) fn start_limit(fact: &UnitFact, now_micros: u64) -> StartLimit {
    let interval = TimeSpan::parse(fact.get("StartLimitIntervalUSec")).unwrap_or(TimeSpan::from_micros(0));
    let restarts: u64 = fact.get("NRestarts").parse().unwrap_or(0);
    let counts = since_start(fact, now_micros).is_some_and(|since| since < to_duration(interval));
    StartLimit {
        burst: fact.get("StartLimitBurst").parse().unwrap_or(0),
        interval_us: interval.as_micros(),
        spent: if counts { restarts.saturating_add(1) } else { 0 },
    }
}

/// The time since the last start that the manager has a time stamp of.
pub(crate) fn since_start(fact: &UnitFact, now_micros: u64) -> Option<Duration> {
    let stamps = ["InactiveExitTimestampMonotonic", "ExecMainStartTimestampMonotonic"];
    let last = stamps.iter().filter_map(|name| fact.get(name).parse::<u64>().ok()).max().filter(|last| *last > 0)?;
    Some(Duration::from_micros(now_micros.saturating_sub(last)))
}

/// Whether a start limit permits one more start, and another one after it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum StartsLeft {
    Enough,
    After(Duration),
    Never,
}

/// The manager does not show how many starts it has counted in this interval. Once the last start is older than the
/// interval, the count is zero.
pub(crate) fn starts_left(limit: &StartLimit, delay: TimeSpan, since_start: Option<Duration>) -> StartsLeft {
    let interval = Duration::from_micros(limit.interval_us);
    if limit.burst == 0 || limit.interval_us == 0 {
        return StartsLeft::Enough;
    }
    if limit.burst == 1 || limit.interval_us == u64::MAX {
        return StartsLeft::Never;
    }
    let age = since_start.unwrap_or_default().saturating_add(to_duration(delay));
    match interval.saturating_sub(age) {
        Duration::ZERO => StartsLeft::Enough,
        wait => StartsLeft::After(wait),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{StartLimit, StartsLeft, TimeSpan, UnitFact, restart_delay, start_limit, starts_left};

    #[test]
    fn a_start_is_left_to_the_learner() {
        let second = Duration::from_secs(1);
        let span = |text: &str| TimeSpan::parse(text).unwrap();
        for (burst, interval, delay, since, expected) in [
            (5, "10s", "100ms", Some(60 * second), StartsLeft::Enough),
            (5, "10s", "3s", Some(8 * second), StartsLeft::Enough),
            (5, "10s", "3s", Some(2 * second), StartsLeft::After(5 * second)),
            (5, "10s", "0", None, StartsLeft::After(10 * second)),
            (1, "10s", "100ms", Some(60 * second), StartsLeft::Never),
            (5, "infinity", "100ms", Some(60 * second), StartsLeft::Never),
            (5, "0", "100ms", Some(second), StartsLeft::Enough),
            (0, "10s", "100ms", Some(second), StartsLeft::Enough),
        ] {
            let limit = StartLimit { burst, interval_us: span(interval).as_micros(), spent: 0 };
            assert_eq!(starts_left(&limit, span(delay), since), expected, "{burst} in {interval}, {delay}, {since:?}");
        }
    }

    #[test]
    fn limit_and_delay_are_read_from_properties() {
        let fact = |properties: &[(&str, &str)]| UnitFact {
            properties: properties.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        };
        let of = |started: &str| {
            let fact = fact(&[
                ("StartLimitBurst", "5"),
                ("StartLimitIntervalUSec", "10s"),
                ("NRestarts", "2"),
                ("InactiveExitTimestampMonotonic", "1000000"),
                ("ExecMainStartTimestampMonotonic", started),
            ]);
            start_limit(&fact, 20_000_000)
        };
        assert_eq!(of("15000000"), StartLimit { burst: 5, interval_us: 10_000_000, spent: 3 });
        assert_eq!(of("9000000").spent, 0);
        assert_eq!(restart_delay(&fact(&[("RestartUSec", "3s")])), TimeSpan::from_micros(3_000_000));
        // It grows with RestartSteps=, which systemd 254 brought.
        assert_eq!(
            restart_delay(&fact(&[("RestartUSec", "3s"), ("RestartUSecNext", "8s")])),
            TimeSpan::from_micros(8_000_000)
        );
    }
}
