//! Layers that differ: the manager has an older version than the disk, or the process is older than the loaded settings.

use crate::engine::unit_files::UnitFiles;
use crate::engine::unit_view::UnitView;
use crate::model::{Cause, Diagnosis};

/// Why the manager has another value of a directive than a fresh boot would load.
pub(crate) fn stale(view: &UnitView, files: Option<&UnitFiles>, directive: &str) -> Diagnosis {
    match files.and_then(|files| files.effective(directive)) {
        Some(line) if line.is_runtime() => runtime_only(view, &format!("{} at {}", line.text(), line.place())),
        Some(line) => needs_daemon_reload(&format!("{} now says {}", line.place(), line.text())),
        None => {
            needs_daemon_reload(&format!("The files of {} changed: {directive}= is no longer in effect", view.unit))
        }
    }
}

/// `what` names the line or the file, at the beginning of a sentence.
pub(super) fn runtime_only(view: &UnitView, what: &str) -> Diagnosis {
    Cause::RuntimeOnly
        .because(format!("{what} is under /run, which is emptied at every boot."))
        .next_step(format!("write it under /etc/systemd/system: sudo systemctl edit --full {}", view.unit))
}

/// `change` begins a sentence and describes what is on disk now.
pub(super) fn needs_daemon_reload(change: &str) -> Diagnosis {
    Cause::NeedsDaemonReload
        .because(format!("{change}, but the manager still uses the version that it loaded before."))
        .next_step("sudo systemctl daemon-reload")
}

/// `difference` is a sentence without its full stop: how the process differs from the loaded settings.
pub(crate) fn needs_restart(view: &UnitView, difference: &str) -> Diagnosis {
    Cause::NeedsRestart
        .because(format!("{difference}. A daemon-reload does not change a running process: a restart is needed."))
        .next_step(format!("sudo systemctl restart {}", view.unit))
}
