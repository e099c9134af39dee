//! Why the next boot does not start a unit.

use super::directive_mistakes::directive_mistakes;
use super::not_loaded::why_not_loaded;
use crate::engine::suggest::suggest;
use crate::engine::unit_files::{SettingLine, UnitFiles};
use crate::engine::unit_view::UnitView;
use crate::model::{BootFact, Cause, Diagnosis, UnitFact};

/// Targets of systemd.special(7) that may want a system service.
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

/// `boot` and `unit` are from the manager that the verdict is about: the twin's, if there is one.
pub(crate) fn why_not_enabled(
    view: &UnitView,
    boot: &BootFact,
    unit: Option<&UnitFact>,
    files: Option<&UnitFiles>,
) -> Vec<Diagnosis> {
    let mut causes = unit.map(|unit| why_not_loaded(view, unit, files)).unwrap_or_default();
    if !causes.is_empty() {
        return causes;
    }
    causes.extend(files.map(|files| directive_mistakes(files, "WantedBy", &|_| true)).unwrap_or_default());
    let has_mistake = !causes.is_empty();
    let name = view.unit;
    let enable = format!("sudo systemctl enable {name}");
    match boot.unit_file_state.as_str() {
        _ if view.loaded().is_ok_and(|live| live.get("UnitFileState").ends_with("-runtime")) => causes.push(
            Cause::RuntimeOnly
                .because(format!("{name} was enabled with --runtime: its link is in /run, which is emptied at every boot."))
                .next_step(enable),
        ),
        "linked" | "linked-runtime" if !has_targets(files) => {}
        "linked" | "linked-runtime" => causes.push(
            Cause::LinkedNotEnabled
                .because(format!(
                    "{name} is only linked: systemd knows where its file is. enable was not run, so no target wants it."
                ))
                .next_step(enable),
        ),
        "disabled" => causes.push(
            Cause::NotEnabled
                .because(format!("[Install] of {name} names a target, but enable was not run, so the link is missing."))
                .next_step(enable),
        ),
        // A misplaced WantedBy= also makes the unit static, and then the mistake is the cause.
        "static" if !has_mistake => causes.push(
            Cause::NoInstallSection
                .because(format!("{name} has no [Install] section, so enable has nothing to link."))
                .next_step(format!("add [Install] with WantedBy=multi-user.target, then {enable}")),
        ),
        "indirect" => causes.push(
            Cause::EnablesAnotherUnit
                .because(format!(
                    "[Install] of {name} names no target, only other units (Also=). enable links those units, but not this one."
                ))
                .next_step(format!("add WantedBy=multi-user.target to [Install], then sudo systemctl reenable {name}")),
        ),
        "enabled" => causes.extend(files.map(|files| not_reached(name, boot, files)).unwrap_or_default()),
        _ => {}
    }
    causes
}

const INSTALL_KEYS: [&str; 3] = ["WantedBy", "RequiredBy", "UpheldBy"];

fn has_targets(files: Option<&UnitFiles>) -> bool {
    files.is_some_and(|files| INSTALL_KEYS.iter().any(|key| !files.in_effect(key).is_empty()))
}

/// Why the boot does not start an enabled unit.
fn not_reached(unit: &str, boot: &BootFact, files: &UnitFiles) -> Vec<Diagnosis> {
    let wants: Vec<(SettingLine, &str)> = INSTALL_KEYS
        .into_iter()
        .flat_map(|key| files.in_effect(key))
        .flat_map(|line| line.value.split_whitespace().map(move |target| (line, target)))
        .collect();
    if wants.is_empty() {
        return files.effective("Alias").map(|alias| alias_only(unit, &alias)).into_iter().collect();
    }
    // The boot reaches this target and finds no link, so enable ran before the line was written.
    let is_booted = |target: &str| target == boot.default_target || target == "default.target";
    if let Some((line, target)) = wants.iter().find(|(_, target)| is_booted(target)) {
        let text = format!(
            "{} says {}, but {target} has no link for it: the line was written after enable created the links.",
            line.place(),
            line.text()
        );
        return vec![Cause::NeedsReenable.because(text).next_step(format!("sudo systemctl reenable {unit}"))];
    }
    // An unknown target that exists and wants the unit may itself be wanted by another unit.
    let may_be_reached = |target: &str| {
        !TARGETS.contains(&target) && boot.pullers.iter().any(|puller| puller.unit == target && puller.exists)
    };
    let unreached = wants.into_iter().filter(|(_, target)| !may_be_reached(target)).take(3);
    unreached.map(|(line, target)| unreached_target(unit, boot, &line, target)).collect()
}

fn alias_only(unit: &str, alias: &SettingLine) -> Diagnosis {
    let (place, text) = (alias.place(), alias.text());
    Cause::AliasOnly
        .because(format!("{place} only gives the unit a second name: {text} starts nothing at boot."))
        .next_step(format!("add WantedBy=multi-user.target to [Install], then sudo systemctl reenable {unit}"))
}

fn unreached_target(unit: &str, boot: &BootFact, line: &SettingLine, target: &str) -> Diagnosis {
    let (place, text, key) = (line.place(), line.text(), line.key);
    if TARGETS.contains(&target) {
        let default = &boot.default_target;
        return Cause::WantedByIdleTarget
            .because(format!("{place} says {text}, but a boot into {default} does not reach {target}."))
            .next_step(format!("change the line to {key}={default}, then sudo systemctl reenable {unit}"));
    }
    let meant = suggest(target, TARGETS);
    let question = meant.map(|meant| format!("; did you mean {meant}?"));
    Cause::WantedByUnknownTarget
        .because(format!("{place} says {text}: no boot reaches {target}{}", question.as_deref().unwrap_or(".")))
        .next_step(format!(
            "change the line to {key}={}, then sudo systemctl reenable {unit}",
            meant.unwrap_or("multi-user.target")
        ))
}
