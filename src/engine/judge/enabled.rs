//! `enabled`: the next boot starts the unit. `systemctl is-enabled` does not decide: it reports links, not boots.

use crate::engine::diagnose::why_not_enabled;
use crate::engine::finding::Finding;
use crate::engine::unit_files::UnitFiles;
use crate::engine::unit_view::UnitView;
use crate::model::{Layer, Unknown, Verdict};

pub(super) fn judge(view: &UnitView) -> Verdict {
    let mut finding = Finding::expecting("a boot starts it");
    let twin = view.twin_boot();
    // The twin has booted from this disk. Without a twin, the loaded dependencies say what a boot would pull in.
    let boot = match twin.map_or_else(|| view.boot(), Ok) {
        Ok(boot) => boot,
        Err(unknown) => return finding.unknown(&unknown),
    };
    let unit = match twin.and(view.twin_loaded()).map_or_else(|| view.loaded(), Ok) {
        Ok(unit) => unit,
        Err(unknown) => return finding.unknown(&unknown),
    };
    let files = view.files();
    let unit_files = files.as_ref().ok().map(|files| UnitFiles::read(files));
    for written in unit_files.iter().flat_map(|unit_files| unit_files.in_effect("WantedBy")).take(3) {
        finding.show(Layer::File, written.place(), written.text());
    }
    let pullers: Vec<String> = boot.pullers.iter().map(|puller| format!("{}={}", puller.via, puller.unit)).collect();
    let pullers = if pullers.is_empty() { "no unit pulls it in".into() } else { pullers.join(" ") };
    finding.show(Layer::Loaded, view.show("WantedBy,RequiredBy,UpheldBy"), pullers);
    finding.show(Layer::Loaded, format!("systemctl is-enabled {}", view.unit), &boot.unit_file_state);

    let loadable = matches!(unit.get("LoadState"), "loaded" | "merged");
    let is_permanent = twin.is_some() || boot.unit_file_state != "enabled-runtime";
    if !boot.chain.is_empty() && loadable && is_permanent {
        return finding.passed(boot.chain.join(" → "));
    }
    let out_of_date = match &boot.unread[..] {
        _ if twin.is_some() || !loadable || !boot.chain.is_empty() => None,
        [] if unit.get("NeedDaemonReload") == "yes" => Some("the files changed since the manager read them".to_owned()),
        [] => None,
        units => Some(format!("a link adds it to {}, and the manager has not read it", units.join(" and "))),
    };
    if let Some(reason) = out_of_date {
        return finding.unknown(&Unknown {
            reason: format!("{reason}, so its view of the next boot is out of date"),
            remedy: Some("sudo systemctl daemon-reload, then check again".into()),
        });
    }
    finding.because(why_not_enabled(view, boot, Some(unit), unit_files.as_ref()));
    if !loadable {
        let state = unit.get("LoadState");
        finding.failed(format!("a boot cannot start it: LoadState={state}"))
    } else if !is_permanent {
        finding.failed("it is enabled only until the next boot (enabled-runtime)")
    } else {
        let says_enabled = boot.unit_file_state == "enabled";
        let although = if says_enabled { ", although is-enabled says enabled" } else { "" };
        finding.failed(format!("a boot into {} does not start it{although}", boot.default_target))
    }
}
