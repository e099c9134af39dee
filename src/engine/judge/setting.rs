//! `setting`: the value is right both as loaded and on disk.

use super::expect::{describe, meets, normalised, plain};
use crate::engine::diagnose::{directive_mistakes, stale, why_not_loaded};
use crate::engine::directive::{default_of, property, section};
use crate::engine::directive_value::{ValueForm, boolean, value_form};
use crate::engine::finding::Finding;
use crate::engine::unit_files::UnitFiles;
use crate::engine::unit_view::UnitView;
use crate::model::{Expect, Layer, UnitFact, Verdict};

pub(super) fn judge(view: &UnitView, name: &str, expect: &Expect) -> Verdict {
    judge_directive(view, name, expect, describe(name, expect))
}

/// Whether the loaded value is wrong, whatever the disk says.
pub(super) fn is_loaded_wrong(view: &UnitView, name: &str, expect: &Expect) -> bool {
    view.loaded().is_ok_and(|unit| !value(unit, name).is_some_and(|value| meets(expect, &value)))
}

/// The value that systemd would load from disk.
struct Disk {
    /// None if the unit cannot be loaded.
    value: Option<String>,
    /// unitlab read it from the files, because there is no twin.
    own_reading: bool,
}

pub(super) fn judge_directive(view: &UnitView, name: &str, expect: &Expect, expected: String) -> Verdict {
    let mut finding = Finding::expecting(expected);
    let unit = match view.loaded() {
        Ok(unit) => unit,
        Err(unknown) => return finding.unknown(&unknown),
    };
    let files = view.files();
    let unit_files = files.as_ref().ok().map(|files| UnitFiles::read(files));
    if let Some(unit_files) = &unit_files {
        let (place, text) = unit_files.evidence(view.unit, name);
        finding.show(Layer::File, place, text);
    }
    let loaded = value(unit, name);
    let shown = |value: &Option<String>| match value {
        None => format!("the unit is not loaded ({})", unit.get("LoadState")),
        Some(value) if value.is_empty() => format!("{name}= is not set"),
        Some(value) => format!("{name}={value}"),
    };
    finding.show(Layer::Loaded, view.show(&property(name)), shown(&loaded));

    let is_right = |value: &Option<String>| value.as_deref().is_some_and(|value| meets(expect, value));
    let disk = disk(view, unit, unit_files.as_ref(), name, expect);
    let stale = || stale(view, unit_files.as_ref(), name);
    let mistakes = || {
        let wanted = |written: &str| meets(expect, &normalised(name, written));
        unit_files.as_ref().map(|unit_files| directive_mistakes(unit_files, name, &wanted)).unwrap_or_default()
    };
    match (is_right(&loaded), is_right(&disk.value)) {
        (true, true) => finding.passed(shown(&loaded)),
        (false, true) => {
            finding.because([stale()]);
            finding.failed(format!("the files are right, but {} is still loaded", shown(&loaded)))
        }
        (true, false) => {
            let next = match (&disk.value, disk.own_reading) {
                (None, _) => "a fresh boot cannot load the unit from the files on disk".into(),
                (Some(value), false) if value.is_empty() => format!("a fresh boot loads no {name}="),
                (Some(value), false) => format!("a fresh boot loads {name}={value}"),
                (Some(value), true) if value.is_empty() => {
                    format!("by unitlab's own reading, the files set no {name}=")
                }
                (Some(value), true) => format!("by unitlab's own reading, the files say {name}={value}"),
            };
            finding.because([stale()]);
            finding.because(mistakes());
            finding.failed(format!("{} is loaded, but {next}", shown(&loaded)))
        }
        (false, false) => {
            if loaded.is_none() {
                finding.because(why_not_loaded(view, unit, unit_files.as_ref()));
            }
            finding.because(mistakes());
            // The same value may be spelled differently, so unitlab's reading alone is not a proof here.
            let needs_reload = unit.get("NeedDaemonReload") == "yes";
            if disk.own_reading && needs_reload
                || !disk.own_reading && differ(expect, disk.value.as_deref(), loaded.as_deref())
            {
                finding.because([stale()]);
            }
            finding.failed(shown(&loaded))
        }
    }
}

/// Whether the values of two managers differ in what the check expects. Lists may differ in their order, and in other
/// words.
fn differ(expect: &Expect, one: Option<&str>, other: Option<&str>) -> bool {
    let has = |value: Option<&str>, word: &String| {
        value.is_some_and(|value| meets(&Expect::Includes(vec![word.clone()]), value))
    };
    match expect {
        Expect::Includes(words) => words.iter().any(|word| has(one, word) != has(other, word)),
        _ => one != other,
    }
}

/// The effective value; none if the unit is not loaded.
fn value(unit: &UnitFact, name: &str) -> Option<String> {
    matches!(unit.get("LoadState"), "loaded" | "merged").then(|| plain(name, unit.get(&property(name))))
}

fn disk(view: &UnitView, unit: &UnitFact, unit_files: Option<&UnitFiles>, name: &str, expect: &Expect) -> Disk {
    if let Some(reloaded) = view.twin_loaded() {
        return Disk { value: value(reloaded, name), own_reading: false };
    }
    let read = unit_files.and_then(|unit_files| own_reading(unit, unit_files, name, expect));
    match read {
        Some(read) => Disk { value: Some(read), own_reading: true },
        None => Disk { value: value(unit, name), own_reading: false },
    }
}

/// With `DynamicUser=yes`, the user is named after the unit unless `User=` is set, and some protection directives are
/// always on (systemd.exec(5)).
fn set_by_dynamic_user(unit_files: &UnitFiles, name: &str) -> bool {
    let is_dynamic = || unit_files.effective("DynamicUser").is_some_and(|found| boolean(found.value) == Some(true));
    match name {
        "User" => unit_files.effective(name).is_none() && is_dynamic(),
        "PrivateTmp" | "NoNewPrivileges" => is_dynamic(),
        _ => false,
    }
}

/// The value in the files, if unitlab can tell it without systemd.
///
/// None for `[Install]`, which is not loaded, and for specifiers, most lists and most defaults, which systemd expands.
fn own_reading(unit: &UnitFact, unit_files: &UnitFiles, name: &str, expect: &Expect) -> Option<String> {
    let needs_reload = unit.get("NeedDaemonReload") == "yes";
    let is_comparable = name == "User" || value_form(name) != ValueForm::Any;
    // systemd shows WatchdogUSec= only after the first start.
    if name == "WatchdogSec" || set_by_dynamic_user(unit_files, name) {
        return None;
    }
    let lines = unit_files.in_effect(name);
    let expands = lines.iter().any(|written| written.value.contains('%'));
    if section(name) == "Install" || expands || !(needs_reload || is_comparable) {
        return None;
    }
    let values: Vec<String> = lines.iter().map(|written| normalised(name, written.value)).collect();
    match (values.last(), expect) {
        (None, _) => default_of(name).map(str::to_owned),
        (Some(_), Expect::Includes(_)) => Some(values.join(" ")),
        (Some(last), _) => Some(last.clone()),
    }
}
