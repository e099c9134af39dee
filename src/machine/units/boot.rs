//! Whether the next boot starts a unit: walks the loaded dependencies from the unit up to the default target.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::model::{BootFact, Puller, UnitFact, Unknown};

use crate::machine::units::systemctl::Units;
use crate::machine::units::unit_name::UnitName;
use crate::machine::unknown::unknown;
use crate::machine::view::View;

/// Reverse dependencies by which starting one unit starts another.
const PULLED_BY: [&str; 4] = ["WantedBy", "RequiredBy", "UpheldBy", "BoundBy"];
/// Properties that the walk needs of each unit.
pub(crate) const PROPERTIES: [&str; 7] = ["Id", "Names", "LoadState", "WantedBy", "RequiredBy", "UpheldBy", "BoundBy"];
/// Levels of the walk; targets nest only a few levels deep.
const MAX_DEPTH: usize = 32;
/// Units of the walk; a large machine has some hundred above one service.
const MAX_UNITS: usize = 2000;
/// More entries of one directory of unit files are not read.
const MAX_ENTRIES: usize = 10_000;
/// More units are not reported.
const MAX_UNREAD: usize = 4;

/// Walks from `unit`, as loaded, up to the default target. `show` answers one level at a time.
pub(crate) fn boot(
    unit: &UnitFact,
    default_target: &str,
    mut show: impl FnMut(&[UnitName]) -> Units,
) -> Result<BootFact, Unknown> {
    let id = unit.get("Id");
    let mut fact = BootFact {
        default_target: default_target.to_owned(),
        unit_file_state: unit.get("UnitFileState").to_owned(),
        started_since_boot: !["", "0"].contains(&unit.get("InactiveExitTimestampMonotonic")),
        ..BootFact::default()
    };
    // Each reached unit, with the one that it pulls in.
    let mut below: BTreeMap<String, String> = BTreeMap::new();
    let mut level: Vec<UnitFact> = vec![unit.clone()];
    for depth in 0..MAX_DEPTH {
        if id == default_target || below.contains_key(default_target) {
            break;
        }
        let mut next = Vec::new();
        for lower in &level {
            for upper in PULLED_BY.iter().flat_map(|via| lower.list(via)) {
                if upper != id && !below.contains_key(upper) && below.len() < MAX_UNITS {
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
        // A unit that is not loaded pulls in nothing.
        below.retain(|upper, _| {
            !next.iter().any(|name| name.as_str() == upper) || level.iter().any(|fact| has_name(fact, upper))
        });
        if depth == 0 {
            fact.pullers = pullers(unit, &level);
        }
    }
    if below.len() >= MAX_UNITS {
        return Err(unknown(format!("more than {MAX_UNITS} units are between {id} and {default_target}")));
    }
    fact.chain = chain(default_target, id, &below);
    Ok(fact)
}

fn pullers(unit: &UnitFact, loaded: &[UnitFact]) -> Vec<Puller> {
    let of_one = |via: &'static str| {
        unit.list(via).into_iter().map(move |upper| Puller {
            unit: upper.to_owned(),
            via: via.to_owned(),
            exists: loaded.iter().any(|fact| has_name(fact, upper)),
        })
    };
    PULLED_BY.into_iter().flat_map(of_one).collect()
}

/// Units that will pull this one in once the manager reads a link (in `multi-user.target.wants/`, for example), and do
/// not do so yet. /run does not count, because it is empty after a boot.
pub(crate) fn unread_links(view: &View, unit: &UnitFact, unit_path: &str, pullers: &[Puller]) -> Vec<String> {
    let entries = |directory: &str| {
        let directory = PathBuf::from(directory);
        let names = view.list(&directory, MAX_ENTRIES).unwrap_or_default();
        names.into_iter().map(move |name| directory.join(name))
    };
    let puller = |path: PathBuf| {
        let name = path.file_name()?.to_str()?;
        let upper = [".wants", ".requires", ".upholds"].iter().find_map(|kind| name.strip_suffix(kind))?.to_owned();
        let target = unit.list("Names").into_iter().find_map(|name| view.read_link(&path.join(name)).ok())?;
        // A link to /dev/null masks one in a directory of lower priority.
        (target != Path::new("/dev/null") && pullers.iter().all(|puller| puller.unit != upper)).then_some(upper)
    };
    let directories = unit_path.split_whitespace().filter(|directory| !directory.starts_with("/run/"));
    directories.flat_map(entries).filter_map(puller).take(MAX_UNREAD).collect()
}

/// The unit was not started since the boot, has no job, and its conditions were not checked.
pub(crate) fn was_never_started(unit: &UnitFact) -> bool {
    let never = |name| matches!(unit.get(name), "" | "0");
    unit.get("LoadState") == "loaded"
        && unit.get("ActiveState") == "inactive"
        && ["Job", "InactiveExitTimestampMonotonic", "ConditionTimestampMonotonic"].into_iter().all(never)
}

/// `name` is one of the unit's names.
pub(crate) fn has_name(fact: &UnitFact, name: &str) -> bool {
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
    use super::{BootFact, UnitFact, UnitName, Units, boot};

    fn unit(id: &str, properties: &[(&str, &str)]) -> UnitFact {
        let all = [("Id", id), ("Names", id), ("LoadState", "loaded")];
        let own = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        UnitFact { properties: all.iter().chain(properties).map(own).collect() }
    }

    /// The fact about `a.service` among these units.
    fn ask(world: &[UnitFact]) -> BootFact {
        let find = |id: &str| world.iter().find(|unit| unit.get("Id") == id).cloned();
        let absent = |id: &str| unit(id, &[("LoadState", "not-found")]);
        let show = |names: &[UnitName]| -> Units {
            names
                .iter()
                .map(|name| (name.clone(), Ok(find(name.as_str()).unwrap_or_else(|| absent(name.as_str())))))
                .collect()
        };
        boot(&find("a.service").unwrap(), "multi-user.target", show).unwrap()
    }

    #[test]
    fn a_chain_is_found_through_any_pulling_dependency() {
        for via in super::PULLED_BY {
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
    fn a_missing_unit_or_an_ordering_pulls_in_nothing() {
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
    fn cycles_end_the_walk_and_a_start_is_seen() {
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
