//! The ids of all causes: what a lab's case may say that must be named.

/// In the order of the alphabet. `cause` refuses any other in debug builds, so that the list stays whole.
const KNOWN: &[&str] = &[
    "account-can-log-in",
    "account-in-group",
    "account-is-nobody",
    "account-is-shared",
    "account-of-a-person",
    "alias-only",
    "bad-setting",
    "bad-value",
    "boot-leaves-it-down",
    "chdir",
    "condition-not-met",
    "could-not-tell",
    "crash-loop",
    "enables-another-unit",
    "ended-by-itself",
    "exec-missing",
    "gone-after-reboot",
    "inline-comment",
    "listens-for-everybody",
    "listens-on-loopback-only",
    "masked",
    "months-not-minutes",
    "needs-daemon-reload",
    "needs-restart",
    "no-auto-restart",
    "no-install-section",
    "not-enabled",
    "not-started",
    "orphan-answers-the-port",
    "output-not-in-journal",
    "overridden-by-drop-in",
    "private-network",
    "quoted-value",
    "restart-never",
    "runs-as-root",
    "runtime-only",
    "service-can-write",
    "socket-unit-holds-the-port",
    "start-limit-hit",
    "unknown-key",
    "user-unknown",
    "waits-for-ready",
    "wanted-by-idle-target",
    "wanted-by-unknown-target",
    "wrong-section",
];

/// Every cause that a report can name, by its id.
#[must_use]
pub fn diagnoses() -> &'static [&'static str] {
    KNOWN
}

#[cfg(test)]
mod tests {
    use super::diagnoses;
    use crate::engine::finding::cause;

    #[test]
    fn the_list_is_in_order_and_names_nothing_twice() {
        assert!(diagnoses().is_sorted_by(|one, next| one < next));
    }

    #[test]
    #[should_panic(expected = "made-up")]
    fn a_cause_that_is_not_listed_is_noticed() {
        drop(cause("made-up", "", ""));
    }
}
