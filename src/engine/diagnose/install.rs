//! Why the next boot does not start a unit.

use super::{unloadable, writing};
use crate::engine::layers::{Layers, Written};
use crate::engine::suggest::suggest;
use crate::engine::unit_view::UnitView;
use crate::model::{BootFact, Cause, Diagnosis, UnitFact};

/// Targets of systemd.special(7) that a system service may be hooked into.
const TARGETS: [&str; 16] = [
    "basic.target",
    "default.target",
    "emergency.target",
    "getty.target",
    "graphical.target",
    "local-fs.target",
    "multi-user.target",
    "network-online.target",
    "network.target",
    "paths.target",
    "remote-fs.target",
    "rescue.target",
    "shutdown.target",
    "sockets.target",
    "sysinit.target",
    "timers.target",
];

/// The causes, as far as proven. `boot` and `unit` come from the manager that decided.
pub(crate) fn why_not_enabled(
    seen: &UnitView,
    boot: &BootFact,
    unit: Option<&UnitFact>,
    layers: Option<&Layers>,
) -> Vec<Diagnosis> {
    let mut causes = unit.map(|unit| unloadable(seen, unit, layers)).unwrap_or_default();
    if !causes.is_empty() {
        return causes;
    }
    causes.extend(layers.map(|layers| writing(layers, "WantedBy", &|_| true)).unwrap_or_default());
    let misses_install = !causes.is_empty();
    let unit_name = seen.unit;
    match boot.unit_file_state.as_str() {
        _ if seen.loaded().is_ok_and(|live| live.get("UnitFileState").ends_with("-runtime")) => causes.push(Cause::RuntimeOnly.because(format!("{unit_name} was enabled with --runtime: its link stands in /run, which is emptied at every boot.")).next_step(format!("sudo systemctl enable {unit_name}"))),
        "linked" | "linked-runtime" if !has_hooks(layers) => {}
        "linked" | "linked-runtime" => causes.push(Cause::LinkedNotEnabled.because(format!("{unit_name} is only linked: systemd finds its file elsewhere, and nobody has run enable, which hooks it in.")).next_step(format!("sudo systemctl enable {unit_name}"))),
        "disabled" => causes.push(Cause::NotEnabled.because(format!("[Install] says where to hook {unit_name} in, but nobody has run enable, which makes the link.")).next_step(format!("sudo systemctl enable {unit_name}"))),
        // A misplaced WantedBy= leaves the unit static too, and then is the cause.
        "static" if !misses_install => causes.push(Cause::NoInstallSection.because(format!("{unit_name} has no [Install] section, so enable has nothing to link.")).next_step(format!("add [Install] with WantedBy=multi-user.target, then sudo systemctl enable {unit_name}"))),
        "indirect" => causes.push(Cause::EnablesAnotherUnit.because(format!("[Install] of {unit_name} names no target, only other units (Also=), and it is those that enable hooks in.")).next_step(format!("add WantedBy=multi-user.target to [Install], then sudo systemctl reenable {unit_name}"))),
        "enabled" => causes.extend(layers.map(|layers| hooked_nowhere(unit_name, boot, layers)).unwrap_or_default()),
        _ => {}
    }
    causes
}

fn has_hooks(layers: Option<&Layers>) -> bool {
    layers
        .is_some_and(|layers| ["WantedBy", "RequiredBy", "UpheldBy"].iter().any(|key| !layers.standing(key).is_empty()))
}

/// It is enabled, and what it is hooked into is not part of the boot.
fn hooked_nowhere(unit: &str, boot: &BootFact, layers: &Layers) -> Vec<Diagnosis> {
    let hooks: Vec<(Written, &str)> = ["WantedBy", "RequiredBy", "UpheldBy"]
        .into_iter()
        .flat_map(|key| layers.standing(key))
        .flat_map(|written| written.value.split_whitespace().map(move |target| (written, target)))
        .collect();
    if hooks.is_empty() {
        let alias = layers.effective("Alias");
        let only = |alias: Written| {
            Cause::AliasOnly
                .because(format!(
                    "{} only gives the unit a second name: {} starts nothing at boot.",
                    alias.place(),
                    alias.text()
                ))
                .next_step(format!("add WantedBy=multi-user.target to [Install], then sudo systemctl reenable {unit}"))
        };
        return alias.map(only).into_iter().collect();
    }
    // The boot goes there, and finds no link: whatever enable has linked, it was for an earlier [Install].
    let aside = |target: &str| target == boot.default_target || target == "default.target";
    if let Some((written, target)) = hooks.iter().find(|(_, target)| aside(target)) {
        return vec![Cause::NeedsReenable.because(format!(
                "{} says {}, and there is no link for it in {target}: the line was written after enable made its links.",
                written.place(),
                written.text()
            )).next_step(format!("sudo systemctl reenable {unit}"))];
    }
    // A known target may well be there, and hook the unit in, with nothing that leads to it.
    let leads_on = |target: &str| {
        !TARGETS.contains(&target) && boot.pullers.iter().any(|puller| puller.unit == target && puller.exists)
    };
    let hooks = hooks.into_iter().filter(|(_, target)| !leads_on(target)).take(3);
    hooks.map(|(written, target)| unreached(unit, boot, &written, target)).collect()
}

fn unreached(unit: &str, boot: &BootFact, written: &Written, target: &str) -> Diagnosis {
    let (place, text) = (written.place(), written.text());
    if TARGETS.contains(&target) {
        return Cause::WantedByIdleTarget
            .because(format!("{place} says {text}, and a boot into {} does not reach {target}.", boot.default_target))
            .next_step(format!(
                "make the line {}={}, then sudo systemctl reenable {unit}",
                written.key, boot.default_target
            ));
    }
    let meant = suggest(target, TARGETS);
    let hint = meant.map(|meant| format!("; did you mean {meant}?")).unwrap_or_default();
    Cause::WantedByUnknownTarget
        .because(format!(
            "{place} says {text}: no boot reaches a {target}{}",
            if hint.is_empty() { "." } else { &hint }
        ))
        .next_step(format!(
            "make the line {}={}, then sudo systemctl reenable {unit}",
            written.key,
            meant.unwrap_or("multi-user.target")
        ))
}
