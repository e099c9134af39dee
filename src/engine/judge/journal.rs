//! `journal`: whether the unit's processes wrote a text to the journal.

use crate::engine::ask;
use crate::engine::diagnose::why_not_running;
use crate::engine::finding::Finding;
use crate::engine::unit_files::UnitFiles;
use crate::engine::unit_view::UnitView;
use crate::model::{Cause, JournalCheck, Layer, Since, UnitFact, Unknown, Verdict};

pub(super) fn judge(view: &UnitView, check: &JournalCheck) -> Verdict {
    let JournalCheck { text, lacks, since } = check;
    let when = match since {
        Since::Invocation => "since its latest start",
        Since::Boot => "since the boot",
    };
    let count = if *lacks { "no message" } else { "a message" };
    let mut finding =
        Finding::expecting(format!("{count} of its processes in the journal contains \"{text}\", {when}"));
    let (unit, fact) = match (view.loaded(), view.live(&ask::journal(view.unit, check))) {
        (Ok(unit), Ok(fact)) => (unit, fact),
        (Err(unknown), _) | (_, Err(unknown)) => return finding.unknown(&unknown),
    };
    let filter = match (since, unit.get("InvocationID")) {
        (Since::Invocation, id) if !id.is_empty() => format!("_SYSTEMD_INVOCATION_ID={id}"),
        _ => format!("_SYSTEMD_UNIT={}", view.unit),
    };
    let source = format!("journalctl -b -o cat {filter}");
    match (&fact.found, &fact.last) {
        (Some(message), _) => finding.show(Layer::Live, source, message),
        (None, Some(last)) => {
            finding.show(Layer::Live, source, format!("{} messages, the last: {last}", fact.messages));
        }
        (None, None) => finding.show(Layer::Live, source, "no messages"),
    }
    let files = view.files();
    let unit_files = files.as_ref().ok().map(|files| UnitFiles::read(files));
    if !fact.started && fact.messages == 0 {
        // Without a start, missing messages prove nothing.
        finding.because(why_not_running(view, unit, unit_files.as_ref(), None));
        return finding.failed("it was not started, so it has no messages");
    }
    match (&fact.found, lacks) {
        (Some(message), true) => finding.failed(format!("it wrote: {message}")),
        (Some(message), false) => finding.passed(message),
        (None, _) if fact.cut => finding.unknown(&Unknown {
            reason: format!(
                "the latest {} messages do not contain \"{text}\", and older ones were not read",
                fact.messages
            ),
            remedy: Some(format!("sudo systemctl restart {}, then check again", view.unit)),
        }),
        (None, true) => finding.passed(format!("{} messages, none contains it", fact.messages)),
        (None, false) => {
            if let Some(output) = other_output(unit) {
                finding.show(Layer::Loaded, view.show("StandardOutput"), format!("StandardOutput={output}"));
                finding.because([Cause::OutputNotInJournal
                    .because(format!(
                        "StandardOutput={output} sends the output of {} elsewhere, not to the journal.",
                        view.unit
                    ))
                    .next_step("remove StandardOutput=, then sudo systemctl daemon-reload and restart")]);
            }
            if unit.get("ActiveState") != "active" {
                finding.because(why_not_running(view, unit, unit_files.as_ref(), None));
            }
            finding.failed(format!("{} messages, none contains it", fact.messages))
        }
    }
}

/// `StandardOutput=`, if the output does not go to the journal (systemd.exec(5)).
fn other_output(unit: &UnitFact) -> Option<&str> {
    let output = unit.get("StandardOutput");
    let journal = ["", "journal", "inherit", "kmsg", "syslog"];
    (!journal.contains(&output.trim_end_matches("+console"))).then_some(output)
}
