//! An ordering cycle: units that are each to start before the next, and the last before the first. systemd drops the start
//! of one of them to break it.

use super::paste::shell_safe;
use crate::engine::layers::{Layers, Written};
use crate::engine::unit_view::UnitView;
use crate::model::{Cause, Diagnosis, FailureFact, UnitFact};

/// The boot wants the unit, nobody has tried to start it, and it stands in a cycle.
pub(crate) fn boot_dropped(seen: &UnitView, layers: Option<&Layers>, cycle: &[String]) -> Option<Diagnosis> {
    let (first, second) = (cycle.first()?, cycle.get(1).or(cycle.first())?);
    let mut told: Vec<&str> = cycle.iter().map(String::as_str).collect();
    told.push(first);
    let order = told.join(" before ");
    Some(dropped(
        seen,
        layers,
        cycle,
        &format!("the boot leaves {} out, for the order has a cycle ({order})", seen.unit),
        second,
    ))
}

/// The manager has said that it dropped the unit's start, or could not break the cycle at all.
pub(super) fn start_dropped(
    seen: &UnitView,
    unit: &UnitFact,
    layers: Option<&Layers>,
    failure: Option<&FailureFact>,
) -> Option<Diagnosis> {
    let manager = &failure?.manager;
    let own = format!("{}/start", seen.unit);
    let deleted = format!("Job {own} deleted to break ordering cycle");
    let given_up = |line: &str| line.contains("Unable to break cycle");
    if unit.get("ActiveState") != "inactive" || !manager.iter().any(|line| line.contains(&deleted) || given_up(line)) {
        return None;
    }
    let words = manager.iter().filter(|line| line.contains("cycle") || line.contains("Found dependency on"));
    let mut cycle: Vec<String> = Vec::new();
    for name in words.flat_map(|line| line.split_whitespace()).filter_map(|word| word.strip_suffix("/start")) {
        if !cycle.iter().any(|known| known == name) {
            cycle.push(name.to_owned());
        }
    }
    // More than one cycle cannot be told apart here.
    let other = cycle.iter().find(|name| *name != seen.unit)?.clone();
    let others: Vec<&str> = cycle.iter().map(String::as_str).filter(|name| *name != seen.unit).take(4).collect();
    let (unit_name, others) = (seen.unit, others.join(", "));
    let what = if manager.iter().any(|line| line.contains(&deleted)) {
        format!("systemd dropped the start of {unit_name} to break an ordering cycle with {others}")
    } else {
        format!(
            "systemd refused to start {unit_name}, which is in an ordering cycle with {others} that cannot be broken"
        )
    };
    Some(dropped(seen, layers, &cycle, &what, &other))
}

fn dropped(seen: &UnitView, layers: Option<&Layers>, cycle: &[String], what: &str, other: &str) -> Diagnosis {
    let line = layers.and_then(|layers| line(layers, cycle));
    let remove = match line {
        Some(written) => format!("remove {} at {}, if that order is not needed", written.text(), written.place()),
        None => format!(
            "look who orders whom: systemctl cat {} {}; remove one After= or Before=",
            seen.unit,
            shell_safe(other).unwrap_or("OTHER")
        ),
    };
    Cause::OrderingCycle.because(format!("After= and Before= ask for the impossible: {what}.")).next_step(format!(
        "{remove}; sudo systemctl daemon-reload; systemd-analyze verify default.target tells whether a cycle is left"
    ))
}

/// A line of the unit's own that orders it after or before one of the cycle.
fn line<'l>(layers: &'l Layers, cycle: &[String]) -> Option<Written<'l>> {
    let lines = ["After", "Before"].into_iter().flat_map(|key| layers.standing(key));
    lines.into_iter().find(|written| written.value.split_whitespace().any(|word| cycle.iter().any(|name| name == word)))
}
