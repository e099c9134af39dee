//! `unit-file`: there is a unit file on disk, and a manager can load it.

use crate::engine::diagnose::why_not_loaded;
use crate::engine::finding::Finding;
use crate::engine::unit_files::UnitFiles;
use crate::engine::unit_view::UnitView;
use crate::model::{Content, DiskFile, Layer, Role, Unknown, Verdict};

pub(super) fn judge(view: &UnitView) -> Verdict {
    let mut finding = Finding::expecting("a unit file on disk that systemd can load");
    // The twin has just read the disk; the learner's manager may still hold what was there before.
    let reloaded = view.reloaded();
    let files = view.files();
    let unit = match reloaded.map_or_else(|| view.loaded(), Ok) {
        Ok(unit) => unit,
        Err(unknown) => {
            // What is no regular file may well be what keeps the manager from answering.
            let all = files
                .iter()
                .flat_map(|fact| &fact.files)
                .filter(|file| !matches!(file.content, Content::Masked | Content::Empty));
            let strange = all.filter_map(|file| Some((file, trouble(file)?)));
            for (file, trouble) in strange.take(3) {
                finding.show(Layer::File, format!("ls -lL {}", file.path), trouble);
            }
            return finding.unknown(&unknown);
        }
    };
    let fragment = files.as_ref().ok().map(|files| files.files.iter().find(|file| file.role == Role::Fragment));
    match fragment {
        Some(Some(file)) => finding.show(Layer::File, format!("ls -lL {}", file.path), in_a_word(file)),
        Some(None) => finding.show(Layer::File, format!("systemctl cat {}", view.unit), "no unit file"),
        None => {}
    }
    if let Ok(live) = view.loaded() {
        let error = live.get("LoadError");
        let text = format!("LoadState={}{}{error}", live.get("LoadState"), if error.is_empty() { "" } else { " " });
        finding.show(Layer::Loaded, view.show("LoadState,LoadError"), text);
    }
    let layers = files.as_ref().ok().map(|files| UnitFiles::read(files));
    finding.because(why_not_loaded(view, unit, layers.as_ref()));

    let trouble = fragment.flatten().and_then(trouble);
    let is_loaded = matches!(unit.get("LoadState"), "loaded" | "merged");
    if let (false, Some(trouble)) = (is_loaded, &trouble) {
        return finding.failed(trouble);
    }
    match (unit.get("LoadState"), fragment) {
        ("loaded" | "merged", Some(Some(file))) => match (&file.content, trouble) {
            // A manager that has just read it overrules what we could not read.
            (Content::Unreadable { .. }, _) if reloaded.is_some() => finding.passed(format!("{} is loaded", file.path)),
            (Content::Unreadable { why }, _) => {
                let reason = format!("{} could not be read: {why}", file.path);
                finding.unknown(&Unknown { reason, remedy: None })
            }
            // Loaded once, and spoilt since.
            (_, Some(trouble)) if reloaded.is_none() => finding.failed(trouble),
            _ => finding.passed(format!("{} is loaded", file.path)),
        },
        ("loaded" | "merged", Some(None)) => {
            finding.failed(format!("{} is still loaded, but no unit file of it is on disk", view.unit))
        }
        ("loaded" | "merged", None) if reloaded.is_some() => {
            finding.passed(format!("{} is loaded", unit.get("FragmentPath")))
        }
        ("loaded" | "merged", None) => {
            let unknown = files.err().unwrap_or(Unknown { reason: "its files are unknown".into(), remedy: None });
            finding.unknown(&unknown)
        }
        ("not-found", _) => finding.failed(format!("systemd finds no unit file for {}", view.unit)),
        ("masked", _) => finding.failed(format!("{} is masked", view.unit)),
        ("bad-setting", _) => {
            finding.failed(format!("systemd refuses the unit file of {}: a setting in it is bad", view.unit))
        }
        (state, _) => finding.failed(format!("systemd could not load {}: {state}", view.unit)),
    }
}

/// What stands at the path, in a word.
fn in_a_word(file: &DiskFile) -> String {
    trouble(file).unwrap_or_else(|| format!("{} is a regular file", file.path))
}

/// Why what stands at the path is no unit file; none where it is one.
fn trouble(file: &DiskFile) -> Option<String> {
    let path = &file.path;
    match &file.content {
        Content::Text { .. } => None,
        Content::Masked => Some(format!("{path} is a link to /dev/null: the unit is masked")),
        Content::Empty => Some(format!("{path} is empty, and systemd takes an empty unit file for a masked unit")),
        Content::TooLarge { bytes } => Some(format!("{path} is {bytes} bytes long: that is no unit file")),
        Content::NotRegular { what } => Some(format!("{path} is {what}: a unit file is a regular file")),
        Content::BadLink { what } => Some(format!("{path} is {what}")),
        Content::Unreadable { why } => Some(format!("{path} could not be read: {why}")),
    }
}
