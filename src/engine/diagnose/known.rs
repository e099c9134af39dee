//! The causes by their ids: what a lab's case may say that must be named, and the chapter that explains each.

use std::sync::LazyLock;

/// In the order of the alphabet, each with the id of its chapter. `cause` refuses any other in debug builds, so that
/// the list stays whole.
const KNOWN: &[(&str, &str)] = &[
    ("account-can-log-in", "least-privilege"),
    ("account-in-group", "least-privilege"),
    ("account-is-nobody", "least-privilege"),
    ("account-is-shared", "least-privilege"),
    ("account-of-a-person", "least-privilege"),
    ("address-in-use", "process-and-service"),
    ("alias-only", "unit-file-sections"),
    ("bad-setting", "unit-file-sections"),
    ("bad-value", "unit-file-sections"),
    ("boot-leaves-it-down", "unit-file-sections"),
    ("chdir", "own-service"),
    ("condition-not-met", "service-states"),
    ("could-not-tell", ""),
    ("crash-loop", "reliability"),
    ("edited-the-wrong-copy", "unit-file-sections"),
    ("enables-another-unit", "unit-file-sections"),
    ("ended-by-itself", "service-states"),
    ("environment-assumed", "own-service"),
    ("exec-bad-interpreter", "own-service"),
    ("exec-failed", "own-service"),
    ("exec-format", "own-service"),
    ("exec-missing", "own-service"),
    ("exec-not-executable", "own-service"),
    ("forking-without-pidfile", "own-service"),
    ("gone-after-reboot", "unit-file-sections"),
    ("group-unknown", "least-privilege"),
    ("home-protected", "least-privilege"),
    ("inline-comment", "unit-file-sections"),
    ("linked-not-enabled", "unit-file-sections"),
    ("listens-for-everybody", "own-service"),
    ("listens-on-loopback-only", "own-service"),
    ("masked", "systemctl"),
    ("months-not-minutes", "reliability"),
    ("namespace", "least-privilege"),
    ("needs-daemon-reload", "systemctl"),
    ("needs-reenable", "unit-file-sections"),
    ("needs-restart", "systemctl"),
    ("no-auto-restart", "reliability"),
    ("no-install-section", "unit-file-sections"),
    ("not-enabled", "unit-file-sections"),
    ("not-started", "systemctl"),
    ("notify-never-ready", "service-states"),
    ("oneshot-with-restart", "unit-file-sections"),
    ("ordering-cycle", "what-systemd-is"),
    ("orphan-answers-the-port", "process-and-service"),
    ("output-not-in-journal", "own-service"),
    ("overridden-by-drop-in", "unit-file-sections"),
    ("permission-denied", "least-privilege"),
    ("private-network", "least-privilege"),
    ("quoted-value", "unit-file-sections"),
    ("read-only-path", "least-privilege"),
    ("restart-never", "reliability"),
    ("runs-as-root", "least-privilege"),
    ("runtime-only", "unit-file-sections"),
    ("service-can-write", "least-privilege"),
    ("shell-syntax", "own-service"),
    ("socket-unit-holds-the-port", "own-service"),
    ("start-limit-hit", "reliability"),
    ("start-limit-too-tight", "reliability"),
    ("unknown-key", "unit-file-sections"),
    ("user-unknown", "least-privilege"),
    ("waits-for-ready", "service-states"),
    ("wanted-by-idle-target", "unit-file-sections"),
    ("wanted-by-unknown-target", "unit-file-sections"),
    ("wrong-section", "unit-file-sections"),
    ("zero-byte-unit", "unit-file-sections"),
];

static IDS: LazyLock<Vec<&str>> = LazyLock::new(|| KNOWN.iter().map(|(id, _)| *id).collect());

/// Every cause that a report can name, by its id.
#[must_use]
pub fn diagnoses() -> &'static [&'static str] {
    &IDS
}

/// The chapter that explains a cause; empty where none does.
pub(crate) fn lesson(id: &str) -> &'static str {
    KNOWN.iter().find(|(known, _)| *known == id).map_or("", |(_, lesson)| lesson)
}

#[cfg(test)]
mod tests {
    use super::{diagnoses, lesson};
    use crate::engine::finding::cause;

    #[test]
    fn the_list_is_in_order_and_names_nothing_twice() {
        assert!(diagnoses().is_sorted_by(|one, next| one < next));
    }

    #[test]
    fn each_is_in_the_manual() {
        let manual = include_str!("../../../docs/diagnoses.md");
        for id in diagnoses() {
            assert!(manual.contains(&format!("`{id}`")), "docs/diagnoses.md lacks {id}");
        }
    }

    #[test]
    fn each_is_explained_by_a_chapter_of_the_course() {
        let chapters = [
            "process-and-service",
            "what-systemd-is",
            "systemctl",
            "service-states",
            "own-service",
            "unit-file-sections",
            "least-privilege",
            "reliability",
        ];
        for id in diagnoses().iter().filter(|id| **id != "could-not-tell") {
            assert!(chapters.contains(&lesson(id)), "{id}: {}", lesson(id));
        }
        assert_eq!(cause("masked", "", "").lesson, "systemctl");
    }

    #[test]
    #[should_panic(expected = "made-up")]
    fn a_cause_that_is_not_listed_is_noticed() {
        drop(cause("made-up", "", ""));
    }
}
