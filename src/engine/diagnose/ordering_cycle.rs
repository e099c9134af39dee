//! Ordering cycles: `After=` and `Before=` make each unit wait for the next one, and the last for the first. systemd drops the
//! start job of one unit to break the cycle.

use super::shell_word::shell_safe;
use crate::engine::unit_files::{SettingLine, UnitFiles};
use crate::engine::unit_view::UnitView;
use crate::model::{Cause, Diagnosis, FailureFact, UnitFact};

/// For a unit that the boot pulls in, but did not start. `cycle` has the units in their order.
pub(crate) fn dropped_at_boot(view: &UnitView, files: Option<&UnitFiles>, cycle: &[String]) -> Option<Diagnosis> {
    let (first, second) = (cycle.first()?, cycle.get(1).or(cycle.first())?);
    let mut order: Vec<&str> = cycle.iter().map(String::as_str).collect();
    order.push(first);
    let order = order.join(" before ");
    let text = format!("The boot does not start {}, because of an ordering cycle ({order}).", view.unit);
    Some(diagnosis(view, files, cycle, text, second))
}

/// The manager logged that it dropped the unit's start job, or that it could not break the cycle.
pub(super) fn start_dropped(
    view: &UnitView,
    unit: &UnitFact,
    files: Option<&UnitFiles>,
    failure: Option<&FailureFact>,
) -> Option<Diagnosis> {
    let messages = &failure?.manager_messages;
    let deleted = format!("Job {}/start deleted to break ordering cycle", view.unit);
    let is_dropped = messages.iter().any(|line| line.contains(&deleted));
    let is_refused = messages.iter().any(|line| line.contains("Unable to break cycle"));
    if unit.get("ActiveState") != "inactive" || !(is_dropped || is_refused) {
        return None;
    }
    let about_cycle = messages.iter().filter(|line| line.contains("cycle") || line.contains("Found dependency on"));
    let mut cycle: Vec<String> = Vec::new();
    for name in about_cycle.flat_map(|line| line.split_whitespace()).filter_map(|word| word.strip_suffix("/start")) {
        if !cycle.iter().any(|known| known == name) {
            cycle.push(name.to_owned());
        }
    }
    // The messages of several cycles cannot be distinguished.
    let other = cycle.iter().find(|name| *name != view.unit)?.clone();
    let others: Vec<&str> = cycle.iter().map(String::as_str).filter(|name| *name != view.unit).take(4).collect();
    let (unit_name, others) = (view.unit, others.join(", "));
    let text = if is_dropped {
        format!("systemd dropped the start of {unit_name} to break an ordering cycle with {others}.")
    } else {
        format!("systemd refused to start {unit_name}: it could not break an ordering cycle with {others}.")
    };
    Some(diagnosis(view, files, &cycle, text, &other))
}

fn diagnosis(view: &UnitView, files: Option<&UnitFiles>, cycle: &[String], text: String, other: &str) -> Diagnosis {
    let remove = match files.and_then(|files| ordering_line(files, cycle)) {
        Some(line) => format!("remove {} at {}, if that order is not needed", line.text(), line.place()),
        None => format!(
            "systemctl cat {} {} shows the lines; remove one After= or Before=",
            view.unit,
            shell_safe(other).unwrap_or("OTHER")
        ),
    };
    Cause::OrderingCycle.because(text).next_step(format!(
        "{remove}; sudo systemctl daemon-reload; systemd-analyze verify default.target shows whether a cycle remains"
    ))
}

/// The unit's own line that orders it before or after another unit of the cycle.
fn ordering_line<'f>(files: &'f UnitFiles, cycle: &[String]) -> Option<SettingLine<'f>> {
    let mut lines = ["After", "Before"].into_iter().flat_map(|key| files.in_effect(key));
    lines.find(|line| line.value.split_whitespace().any(|word| cycle.iter().any(|name| name == word)))
}
