//! Whether the next boot pulls a unit in: a walk from the unit up to the default target, through what is loaded.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::model::{BootFact, Puller, UnitFact, Unknown};

use crate::machine::units::systemctl::Shown;
use crate::machine::units::unit_name::UnitName;
use crate::machine::unknown::unknown;
use crate::machine::view::View;

/// Reverse dependencies by which starting one unit starts another.
const PULLS: [&str; 4] = ["WantedBy", "RequiredBy", "UpheldBy", "BoundBy"];
/// What the walk needs to know of each unit.
pub(crate) const PROPERTIES: [&str; 7] = ["Id", "Names", "LoadState", "WantedBy", "RequiredBy", "UpheldBy", "BoundBy"];
/// Targets nest a few levels deep; what is deeper than this is not a boot that anybody could read.
const DEEPEST: usize = 32;
/// A large machine has some hundred units above one service.
const MOST_UNITS: usize = 2000;
/// More entries of one folder of unit files are not looked at.
const MOST_ENTRIES: usize = 10_000;
/// More hooks that are not loaded are not told.
const MOST_UNREAD: usize = 4;

/// Walks from `unit`, as loaded, up to the default target. `show` answers one level at a time.
pub(crate) fn boot(
    unit: &UnitFact,
    default_target: &str,
    mut show: impl FnMut(&[UnitName]) -> Shown,
) -> Result<BootFact, Unknown> {
    let id = unit.get("Id");
    let mut fact = BootFact {
        default_target: default_target.to_owned(),
        unit_file_state: unit.get("UnitFileState").to_owned(),
        started_since_boot: !["", "0"].contains(&unit.get("InactiveExitTimestampMonotonic")),
        ..BootFact::default()
    };
    // Each unit that was reached, with the one below it.
    let mut below: BTreeMap<String, String> = BTreeMap::new();
    let mut level: Vec<UnitFact> = vec![unit.clone()];
    for depth in 0..DEEPEST {
        if id == default_target || below.contains_key(default_target) {
            break;
        }
        let mut next = Vec::new();
        for lower in &level {
            for upper in PULLS.iter().flat_map(|via| lower.list(via)) {
                if upper != id && !below.contains_key(upper) && below.len() < MOST_UNITS {
                    below.insert(upper.to_owned(), lower.get("Id").to_owned());
                    next.extend(UnitName::parse(upper).ok());
                }
            }
        }
        if next.is_empty() {
            break;
        }
        let shown = show(&next).into_values().collect::<Result<Vec<_>, _>>()?;
        level = shown.into_iter().filter(|fact| fact.get("LoadState") == "loaded").collect();
        // A unit that is not loaded pulls nothing: no way may lead over it.
        below.retain(|upper, _| {
            !next.iter().any(|name| name.as_str() == upper) || level.iter().any(|fact| is(fact, upper))
        });
        if depth == 0 {
            fact.pullers = pullers(unit, &level);
        }
    }
    if below.len() >= MOST_UNITS {
        return Err(unknown(format!("more than {MOST_UNITS} units stand between {id} and {default_target}")));
    }
    fact.chain = chain(default_target, id, &below);
    Ok(fact)
}

fn pullers(unit: &UnitFact, loaded: &[UnitFact]) -> Vec<Puller> {
    let of_one = |via: &'static str| {
        unit.list(via).into_iter().map(move |upper| Puller {
            unit: upper.to_owned(),
            via: via.to_owned(),
            exists: loaded.iter().any(|fact| is(fact, upper)),
        })
    };
    PULLS.into_iter().flat_map(of_one).collect()
}

/// Units that a link in a folder of theirs (`multi-user.target.wants/`) will pull this one in from once it is read, and
/// that do not do so now. What is under /run is gone by then.
pub(crate) fn unread(view: &View, unit: &UnitFact, unit_path: &str, pullers: &[Puller]) -> Vec<String> {
    let entries = |folder: &str| {
        let folder = PathBuf::from(folder);
        let names = view.list(&folder, MOST_ENTRIES).unwrap_or_default();
        names.into_iter().map(move |name| folder.join(name))
    };
    let hooks = |path: PathBuf| {
        let name = path.file_name()?.to_str()?;
        let upper = [".wants", ".requires", ".upholds"].iter().find_map(|kind| name.strip_suffix(kind))?.to_owned();
        let target = unit.list("Names").into_iter().find_map(|name| view.read_link(&path.join(name)).ok())?;
        // A link to there takes away what a lower folder gives.
        (target != Path::new("/dev/null") && pullers.iter().all(|puller| puller.unit != upper)).then_some(upper)
    };
    let folders = unit_path.split_whitespace().filter(|folder| !folder.starts_with("/run/"));
    folders.flat_map(entries).filter_map(hooks).take(MOST_UNREAD).collect()
}

/// Nobody has started it since the boot, nothing waits to, and no condition was looked at.
pub(crate) fn is_untried(unit: &UnitFact) -> bool {
    let never = |name| matches!(unit.get(name), "" | "0");
    unit.get("LoadState") == "loaded"
        && unit.get("ActiveState") == "inactive"
        && ["Job", "InactiveExitTimestampMonotonic", "ConditionTimestampMonotonic"].into_iter().all(never)
}

/// This is one of the unit's names.
pub(crate) fn is(fact: &UnitFact, name: &str) -> bool {
    fact.get("Id") == name || fact.list("Names").contains(&name)
}

fn chain(top: &str, unit: &str, below: &BTreeMap<String, String>) -> Vec<String> {
    let mut chain = vec![top.to_owned()];
    while let Some(last) = chain.last().filter(|last| *last != unit) {
        match below.get(last) {
            Some(lower) => chain.push(lower.clone()),
            None => return Vec::new(),
        }
    }
    chain
}

#[cfg(test)]
mod tests {
    use super::{BootFact, Shown, UnitFact, UnitName, boot};

    fn unit(id: &str, properties: &[(&str, &str)]) -> UnitFact {
        let all = [("Id", id), ("Names", id), ("LoadState", "loaded")];
        let own = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        UnitFact { properties: all.iter().chain(properties).map(own).collect() }
    }

    /// Asks about `a.service` in a world of units.
    fn ask(world: &[UnitFact]) -> BootFact {
        let find = |id: &str| world.iter().find(|unit| unit.get("Id") == id).cloned();
        let absent = |id: &str| unit(id, &[("LoadState", "not-found")]);
        let show = |names: &[UnitName]| -> Shown {
            names
                .iter()
                .map(|name| (name.clone(), Ok(find(name.as_str()).unwrap_or_else(|| absent(name.as_str())))))
                .collect()
        };
        boot(&find("a.service").unwrap(), "multi-user.target", show).unwrap()
    }

    #[test]
    fn a_chain_is_found_through_any_pulling_dependency() {
        for via in super::PULLS {
            let fact = ask(&[
                unit("a.service", &[(via, "group.target other.service"), ("UnitFileState", "enabled")]),
                unit("other.service", &[]),
                unit("group.target", &[("WantedBy", "multi-user.target")]),
                unit("multi-user.target", &[]),
            ]);
            assert_eq!(fact.chain, ["multi-user.target", "group.target", "a.service"], "{via}");
            assert_eq!(fact.pullers.len(), 2);
            assert!(fact.pullers.iter().all(|puller| puller.via == via && puller.exists));
            assert_eq!(fact.unit_file_state, "enabled");
        }
    }

    #[test]
    fn what_does_not_exist_or_only_orders_pulls_nothing() {
        for (world, pullers) in [
            (vec![unit("a.service", &[("UnitFileState", "enabled")])], 0),
            (vec![unit("a.service", &[("WantedBy", "gone.target")])], 1),
            (vec![unit("a.service", &[("Before", "multi-user.target")]), unit("multi-user.target", &[])], 0),
            (
                vec![
                    unit("a.service", &[("WantedBy", "masked.target")]),
                    unit("masked.target", &[("LoadState", "masked"), ("WantedBy", "multi-user.target")]),
                    unit("multi-user.target", &[]),
                ],
                1,
            ),
        ] {
            let fact = ask(&world);
            assert!(fact.chain.is_empty(), "{fact:?}");
            assert_eq!(fact.pullers.len(), pullers);
            assert!(fact.pullers.iter().all(|puller| !puller.exists));
        }
    }

    #[test]
    fn circles_end_and_starts_are_seen() {
        let fact = ask(&[
            unit("a.service", &[("WantedBy", "b.service"), ("InactiveExitTimestampMonotonic", "71")]),
            unit("b.service", &[("RequiredBy", "a.service"), ("WantedBy", "c.service")]),
            unit("c.service", &[("WantedBy", "b.service c.service")]),
        ]);
        assert!(fact.chain.is_empty());
        assert!(fact.started_since_boot);
        assert!(!ask(&[unit("a.service", &[("InactiveExitTimestampMonotonic", "0")])]).started_since_boot);
    }
}
