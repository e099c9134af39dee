//! `unit-file`: there is a unit file on disk, and systemd can load it.

use crate::engine::diagnose::why_not_loaded;
use crate::engine::finding::Finding;
use crate::engine::unit_files::UnitFiles;
use crate::engine::unit_view::UnitView;
use crate::model::{Content, DiskFile, Layer, Role, Unknown, Verdict};

pub(super) fn judge(view: &UnitView) -> Verdict {
    let mut finding = Finding::expecting("a unit file on disk that systemd can load");
    // The twin has just read the disk. The learner's manager may have loaded an older file.
    let reloaded = view.twin_loaded();
    let files = view.files();
    let unit = match reloaded.map_or_else(|| view.loaded(), Ok) {
        Ok(unit) => unit,
        Err(unknown) => {
            // A file that is not regular, such as a FIFO, may keep the manager from answering.
            let all = files
                .iter()
                .flat_map(|fact| &fact.files)
                .filter(|file| !matches!(file.content, Content::Masked | Content::Empty));
            let troubles = all.filter_map(|file| Some((file, trouble(file)?)));
            for (file, trouble) in troubles.take(3) {
                finding.show(Layer::File, format!("ls -lL {}", file.path), trouble);
            }
            return finding.unknown(&unknown);
        }
    };
    let fragment = files.as_ref().ok().map(|files| files.files.iter().find(|file| file.role == Role::Fragment));
    match fragment {
        Some(Some(file)) => finding.show(Layer::File, format!("ls -lL {}", file.path), file_finding(file)),
        Some(None) => finding.show(Layer::File, format!("systemctl cat {}", view.unit), "no unit file"),
        None => {}
    }
    if let Ok(live) = view.loaded() {
        let error = live.get("LoadError");
        let text = format!("LoadState={}{}{error}", live.get("LoadState"), if error.is_empty() { "" } else { " " });
        finding.show(Layer::Loaded, view.show("LoadState,LoadError"), text);
    }
    let unit_files = files.as_ref().ok().map(|files| UnitFiles::read(files));
    finding.because(why_not_loaded(view, unit, unit_files.as_ref()));

    let trouble = fragment.flatten().and_then(trouble);
    let is_loaded = matches!(unit.get("LoadState"), "loaded" | "merged");
    if let (false, Some(trouble)) = (is_loaded, &trouble) {
        return finding.failed(trouble);
    }
    match (unit.get("LoadState"), fragment) {
        ("loaded" | "merged", Some(Some(file))) => match (&file.content, trouble) {
            // The twin has read the file, so it does not matter that unitlab could not.
            (Content::Unreadable { .. }, _) if reloaded.is_some() => finding.passed(format!("{} is loaded", file.path)),
            (Content::Unreadable { why }, _) => {
                let reason = format!("{} could not be read: {why}", file.path);
                finding.unknown(&Unknown { reason, remedy: None })
            }
            // Loaded earlier, and broken since.
            (_, Some(trouble)) if reloaded.is_none() => finding.failed(trouble),
            _ => finding.passed(format!("{} is loaded", file.path)),
        },
        ("loaded" | "merged", Some(None)) => {
            finding.failed(format!("{} is still loaded, but its unit file is not on disk", view.unit))
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
            finding.failed(format!("systemd refuses the unit file of {}: it has a bad setting", view.unit))
        }
        (state, _) => finding.failed(format!("systemd could not load {}: {state}", view.unit)),
    }
}

/// What is at the path.
fn file_finding(file: &DiskFile) -> String {
    trouble(file).unwrap_or_else(|| format!("{} is a regular file", file.path))
}

/// Why the file is not a unit file; none if it is one.
fn trouble(file: &DiskFile) -> Option<String> {
    let path = &file.path;
    match &file.content {
        Content::Text { .. } => None,
        Content::Masked => Some(format!("{path} is a link to /dev/null: the unit is masked")),
        Content::Empty => Some(format!("{path} is empty, and systemd treats a unit with an empty unit file as masked")),
        Content::TooLarge { bytes } => Some(format!("{path} has {bytes} bytes, too many for a unit file")),
        Content::NotRegular { what } => Some(format!("{path} is {what}, but a unit file must be a regular file")),
        Content::BadLink { what } => Some(format!("{path} is {what}")),
        Content::Unreadable { why } => Some(format!("{path} could not be read: {why}")),
    }
}
