//! One layer is behind another: the manager behind the disk, the process behind the manager.

use crate::engine::layers::Layers;
use crate::engine::unit_view::UnitView;
use crate::model::{Cause, Diagnosis};

/// Why the manager's value of a directive is not the one that a fresh boot would load.
pub(crate) fn stale(seen: &UnitView, layers: Option<&Layers>, name: &str) -> Diagnosis {
    match layers.and_then(|layers| layers.effective(name)) {
        Some(written) if written.is_runtime() => {
            runtime_only(seen, &format!("{} at {}", written.text(), written.place()))
        }
        Some(written) => needs_daemon_reload(&format!("{} now says {}", written.place(), written.text())),
        None => {
            needs_daemon_reload(&format!("The files of {} changed: no {name}= takes effect in them now", seen.unit))
        }
    }
}

/// `what` stands under /run, which only lives until the next boot.
pub(crate) fn runtime_only(seen: &UnitView, what: &str) -> Diagnosis {
    Cause::RuntimeOnly
        .because(format!("{what} is under /run, and that is emptied at every boot."))
        .next_step(format!("write it under /etc/systemd/system: sudo systemctl edit --full {}", seen.unit))
}

/// `what` is how the disk looks now, as the beginning of a sentence.
pub(crate) fn needs_daemon_reload(what: &str) -> Diagnosis {
    Cause::NeedsDaemonReload
        .because(format!("{what}, but the manager still works with what it read before: reload needed."))
        .next_step("sudo systemctl daemon-reload")
}

/// `what` is how the process differs from what is loaded, as the beginning of a sentence.
pub(crate) fn needs_restart(seen: &UnitView, what: &str) -> Diagnosis {
    Cause::NeedsRestart
        .because(format!("{what}: a reload does not touch a process that already runs, so a restart is needed."))
        .next_step(format!("sudo systemctl restart {}", seen.unit))
}
