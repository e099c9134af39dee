//! A unit's latest run, from its start to the end of its processes: when it started, and whether it has ended.

use crate::model::UnitFact;

/// The latest run has ended, whether or not the manager is about to start another.
pub(crate) fn has_ended(unit: &UnitFact) -> bool {
    matches!(unit.get("ActiveState"), "inactive" | "failed") || unit.get("SubState").contains("auto-restart")
}

/// When the latest run started, in microseconds of the monotonic clock; `None` if the unit was never started.
///
/// `InactiveExitTimestamp` alone is not enough: a unit that waits for an automatic restart has left "inactive" again
/// after its run ended. The manager looks at the conditions of a unit just before each run.
pub(crate) fn started_at(unit: &UnitFact) -> Option<u64> {
    let stamps = ["InactiveExitTimestampMonotonic", "ConditionTimestampMonotonic"];
    let [left_inactive, conditions] = stamps.map(|name| unit.get(name).parse::<u64>().ok().filter(|at| *at > 0));
    left_inactive.map(|at| conditions.map_or(at, |conditions| at.min(conditions)))
}

/// systemd has restarted the unit since it was last started by hand.
pub(crate) fn was_restarted(unit: &UnitFact) -> bool {
    !matches!(unit.get("NRestarts"), "" | "0")
}

#[cfg(test)]
mod tests {
    use super::{UnitFact, has_ended, started_at};

    fn unit(properties: &[(&str, &str)]) -> UnitFact {
        UnitFact { properties: properties.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect() }
    }

    #[test]
    fn a_unit_between_restarts_has_ended_its_run() {
        for (active, sub, ended) in [
            ("active", "running", false),
            ("activating", "start", false),
            ("deactivating", "stop-sigterm", false),
            ("activating", "auto-restart", true),
            ("failed", "failed-before-auto-restart", true),
            ("inactive", "dead", true),
        ] {
            assert_eq!(has_ended(&unit(&[("ActiveState", active), ("SubState", sub)])), ended, "{active} {sub}");
        }
    }

    #[test]
    fn a_run_starts_before_its_unit_waits_for_the_next_one() {
        for (left_inactive, conditions, started) in
            [("900", "500", Some(500)), ("500", "900", Some(500)), ("500", "0", Some(500)), ("0", "900", None)]
        {
            let unit =
                unit(&[("InactiveExitTimestampMonotonic", left_inactive), ("ConditionTimestampMonotonic", conditions)]);
            assert_eq!(started_at(&unit), started, "{left_inactive} {conditions}");
        }
    }
}
