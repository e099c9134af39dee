//! `enabled`: the next boot pulls the unit in. The words of `is-enabled` decide nothing: they count links, not boots.

use crate::engine::diagnose::why_not_enabled;
use crate::engine::finding::Finding;
use crate::engine::unit_files::UnitFiles;
use crate::engine::unit_view::UnitView;
use crate::model::{Layer, Unknown, Verdict};

pub(super) fn judge(view: &UnitView) -> Verdict {
    let mut finding = Finding::expecting("a boot that starts it");
    let twin = view.rebooted();
    // The twin has booted from this disk. Without one, the loaded graph is asked what a boot would pull in.
    let boot = match twin.map_or_else(|| view.boot(), Ok) {
        Ok(boot) => boot,
        Err(unknown) => return finding.unknown(&unknown),
    };
    let unit = match twin.and(view.reloaded()).map_or_else(|| view.loaded(), Ok) {
        Ok(unit) => unit,
        Err(unknown) => return finding.unknown(&unknown),
    };
    let files = view.files();
    let layers = files.as_ref().ok().map(|files| UnitFiles::read(files));
    for written in layers.iter().flat_map(|layers| layers.in_effect("WantedBy")).take(3) {
        finding.show(Layer::File, written.place(), written.text());
    }
    let by: Vec<String> = boot.pullers.iter().map(|puller| format!("{}={}", puller.via, puller.unit)).collect();
    let by = if by.is_empty() { "nothing pulls it in".into() } else { by.join(" ") };
    finding.show(Layer::Loaded, view.show("WantedBy,RequiredBy,UpheldBy"), by);
    finding.show(Layer::Loaded, format!("systemctl is-enabled {}", view.unit), &boot.unit_file_state);

    let loadable = matches!(unit.get("LoadState"), "loaded" | "merged");
    let lasts = twin.is_some() || boot.unit_file_state != "enabled-runtime";
    if !boot.chain.is_empty() && loadable && lasts {
        return finding.passed(boot.chain.join(" → "));
    }
    let behind = match &boot.unread[..] {
        _ if twin.is_some() || !loadable || !boot.chain.is_empty() => None,
        [] if unit.get("NeedDaemonReload") == "yes" => Some("the files changed since the manager read them".to_owned()),
        [] => None,
        uppers => Some(format!("a link hooks it into {}, and the manager has not read it", uppers.join(" and "))),
    };
    if let Some(behind) = behind {
        return finding.unknown(&Unknown {
            reason: format!("{behind}, so its view of the next boot is out of date"),
            remedy: Some("sudo systemctl daemon-reload, then check again".into()),
        });
    }
    finding.because(why_not_enabled(view, boot, Some(unit), layers.as_ref()));
    if !loadable {
        let state = unit.get("LoadState");
        finding.failed(format!("a boot cannot start it: LoadState={state}"))
    } else if !lasts {
        finding.failed("it is enabled until the next boot only (enabled-runtime)")
    } else {
        let claims = boot.unit_file_state == "enabled";
        let although = if claims { ", although is-enabled says enabled" } else { "" };
        finding.failed(format!("a boot into {} does not start it{although}", boot.default_target))
    }
}
