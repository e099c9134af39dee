//! Finds an ordering cycle: each unit starts before the next, and the last before the first.
//!
//! systemd breaks a cycle by dropping the start of one unit. At boot it does so before journald runs, so the loaded
//! `Before=` and `After=` are read instead.

use std::collections::BTreeMap;

use crate::model::UnitFact;

use crate::machine::units::boot::has_name;
use crate::machine::units::systemctl::Units;
use crate::machine::units::unit_name::UnitName;

/// Properties that the walk needs of each unit.
pub(crate) const PROPERTIES: [&str; 8] =
    ["Id", "Names", "ActiveState", "InactiveExitTimestampMonotonic", "Before", "WantedBy", "RequiredBy", "UpheldBy"];
/// Longer cycles are not looked for.
const MAX_CYCLE: usize = 12;
/// Units of the walk; a large machine has some hundred behind one service.
const MAX_UNITS: usize = 1000;

/// The shortest cycle through `unit`, which comes first; empty if there is none. `show` is called once a level.
///
/// Units that were never started, and that no unit pulls in, are not part of a cycle.
pub(crate) fn cycle(unit: &UnitFact, mut show: impl FnMut(&[UnitName]) -> Units) -> Vec<String> {
    let id = unit.get("Id");
    // Each reached unit, with the one that starts before it.
    let mut earlier: BTreeMap<String, String> = BTreeMap::new();
    let mut level: Vec<UnitFact> = vec![unit.clone()];
    for _ in 0..MAX_CYCLE {
        let mut next = Vec::new();
        for from in &level {
            for to in from.list("Before") {
                if has_name(unit, to) {
                    return path_between(id, from.get("Id"), &earlier);
                }
                if !earlier.contains_key(to) && earlier.len() < MAX_UNITS {
                    earlier.insert(to.to_owned(), from.get("Id").to_owned());
                    next.extend(UnitName::parse(to).ok());
                }
            }
        }
        if next.is_empty() {
            break;
        }
        level = show(&next).into_values().flatten().filter(may_be_in_a_cycle).collect();
    }
    Vec::new()
}

fn may_be_in_a_cycle(unit: &UnitFact) -> bool {
    let pulled = ["WantedBy", "RequiredBy", "UpheldBy"].iter().any(|via| !unit.get(via).is_empty());
    pulled || unit.get("ActiveState") == "active" || !matches!(unit.get("InactiveExitTimestampMonotonic"), "" | "0")
}

fn path_between(first: &str, last: &str, earlier: &BTreeMap<String, String>) -> Vec<String> {
    let mut path = vec![last.to_owned()];
    while let Some(before) = path.last().filter(|unit| *unit != first).and_then(|unit| earlier.get(unit)) {
        path.push(before.clone());
    }
    path.reverse();
    path
}

#[cfg(test)]
mod tests {
    use super::{UnitFact, UnitName, Units, cycle};

    fn unit(id: &str, before: &str, state: &str) -> UnitFact {
        let all = [("Id", id), ("Names", id), ("Before", before), ("ActiveState", state)];
        UnitFact { properties: all.map(|(key, value)| (key.to_owned(), value.to_owned())).into() }
    }

    #[test]
    fn a_cycle_is_found_if_every_unit_takes_part() {
        let up = |id, before| unit(id, before, "active");
        for (world, found) in [
            (vec![unit("a.service", "b.service z.target", "inactive"), up("b.service", "a.service")], "a b"),
            (
                vec![
                    unit("a.service", "z.target b.service", "inactive"),
                    up("b.service", "c.service z.target"),
                    up("c.service", "a.service"),
                ],
                "a b c",
            ),
            (
                vec![
                    unit("a.service", "b.service", "inactive"),
                    up("b.service", "c.service"),
                    up("c.service", "b.service"),
                ],
                "",
            ),
            (vec![unit("a.service", "b.service", "inactive"), unit("b.service", "a.service", "inactive")], ""),
            (vec![unit("a.service", "", "inactive")], ""),
        ] {
            let show = |names: &[UnitName]| -> Units {
                let find = |name: &UnitName| world.iter().find(|unit| unit.get("Id") == name.as_str()).cloned();
                names.iter().map(|name| (name.clone(), Ok(find(name).unwrap_or_default()))).collect()
            };
            let cycle = cycle(&world[0], show);
            let names: Vec<_> = cycle.iter().map(|name| name.trim_end_matches(".service")).collect();
            assert_eq!(names.join(" "), found);
        }
    }
}
