//! `setting`: the loaded value is right, and the disk would load the same.

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

/// What the disk would load.
struct Disk {
    /// The effective value; none where the unit could not be loaded.
    value: Option<String>,
    /// It is our own reading, because a difference is suspected where there is no twin to ask.
    own_reading: bool,
}

pub(super) fn judge_directive(view: &UnitView, name: &str, expect: &Expect, expected: String) -> Verdict {
    let mut finding = Finding::expecting(expected);
    let unit = match view.loaded() {
        Ok(unit) => unit,
        Err(unknown) => return finding.unknown(&unknown),
    };
    let files = view.files();
    let layers = files.as_ref().ok().map(|files| UnitFiles::read(files));
    if let Some(layers) = &layers {
        let (place, text) = layers.evidence(view.unit, name);
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
    let disk = disk(view, unit, layers.as_ref(), name, expect);
    let stale = || stale(view, layers.as_ref(), name);
    let mistakes = || {
        let wanted = |written: &str| meets(expect, &normalised(name, written));
        layers.as_ref().map(|layers| directive_mistakes(layers, name, &wanted)).unwrap_or_default()
    };
    match (is_right(&loaded), is_right(&disk.value)) {
        (true, true) => finding.passed(shown(&loaded)),
        (false, true) => {
            finding.because([stale()]);
            finding.failed(format!("the disk is right, but {} is still loaded", shown(&loaded)))
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
                finding.because(why_not_loaded(view, unit, layers.as_ref()));
            }
            finding.because(mistakes());
            // Two spellings of one value differ as text, so our own reading alone is no proof here.
            let admitted = unit.get("NeedDaemonReload") == "yes";
            if disk.own_reading && admitted
                || !disk.own_reading && differ(expect, disk.value.as_deref(), loaded.as_deref())
            {
                finding.because([stale()]);
            }
            finding.failed(shown(&loaded))
        }
    }
}

/// Two managers tell different things, as far as it matters here: lists come in any order, and with words that a boot
/// adds or leaves out by itself.
fn differ(expect: &Expect, one: Option<&str>, other: Option<&str>) -> bool {
    let has = |value: Option<&str>, word: &String| {
        value.is_some_and(|value| meets(&Expect::Includes(vec![word.clone()]), value))
    };
    match expect {
        Expect::Includes(words) => words.iter().any(|word| has(one, word) != has(other, word)),
        _ => one != other,
    }
}

/// The effective value; none where the unit is not loaded, because then there is none.
fn value(unit: &UnitFact, name: &str) -> Option<String> {
    matches!(unit.get("LoadState"), "loaded" | "merged").then(|| plain(name, unit.get(&property(name))))
}

fn disk(view: &UnitView, unit: &UnitFact, layers: Option<&UnitFiles>, name: &str, expect: &Expect) -> Disk {
    if let Some(reloaded) = view.reloaded() {
        return Disk { value: value(reloaded, name), own_reading: false };
    }
    let read = layers.and_then(|layers| own_reading(unit, layers, name, expect));
    match read {
        Some(read) => Disk { value: Some(read), own_reading: true },
        None => Disk { value: value(unit, name), own_reading: false },
    }
}

/// With `DynamicUser=yes`, the user is named after the unit unless `User=` is set, and some protection directives are
/// always on (systemd.exec(5)).
fn of_dynamic_user(layers: &UnitFiles, name: &str) -> bool {
    let is_dynamic = || layers.effective("DynamicUser").is_some_and(|found| boolean(found.value) == Some(true));
    match name {
        "User" => layers.effective(name).is_none() && is_dynamic(),
        "PrivateTmp" | "NoNewPrivileges" => is_dynamic(),
        _ => false,
    }
}

/// What the files say, where that is simple enough to be said without a manager, and there is cause to look: `[Install]`
/// is not loaded at all, and specifiers, most lists and most defaults are the manager's to expand.
fn own_reading(unit: &UnitFact, layers: &UnitFiles, name: &str, expect: &Expect) -> Option<String> {
    let admitted = unit.get("NeedDaemonReload") == "yes";
    let comparable = name == "User" || value_form(name) != ValueForm::Any;
    // Of a watchdog the manager shows nothing before the service was started once.
    if name == "WatchdogSec" || of_dynamic_user(layers, name) {
        return None;
    }
    let standing = layers.in_effect(name);
    let expands = standing.iter().any(|written| written.value.contains('%'));
    if section(name) == "Install" || expands || !(admitted || comparable) {
        return None;
    }
    let values: Vec<String> = standing.iter().map(|written| normalised(name, written.value)).collect();
    match (values.last(), expect) {
        (None, _) => default_of(name).map(str::to_owned),
        (Some(_), Expect::Includes(_)) => Some(values.join(" ")),
        (Some(last), _) => Some(last.clone()),
    }
}
