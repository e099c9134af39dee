//! The root cause first: what merely follows from it is folded under it.

use crate::model::Diagnosis;

/// How a line is written, or not read yet: what comes of the line follows.
const WRITTEN: [&str; 8] = [
    "bad-value",
    "inline-comment",
    "needs-daemon-reload",
    "overridden-by-drop-in",
    "quoted-value",
    "runtime-only",
    "unknown-key",
    "wrong-section",
];
/// What comes of a directive that is not what it was meant to be.
const OF_A_LINE: [&str; 13] = [
    "chdir",
    "environment-assumed",
    "exec-bad-interpreter",
    "exec-failed",
    "exec-format",
    "exec-missing",
    "exec-not-executable",
    "group-unknown",
    "namespace",
    "permission-denied",
    "runs-as-root",
    "start-limit-too-tight",
    "user-unknown",
];

/// Names for each cause the one that it follows from, if one of the others is that, and puts root causes first.
pub(crate) fn fold(causes: &mut [Diagnosis]) {
    for at in 0..causes.len() {
        let id = causes[at].id.as_str();
        let root = causes.iter().enumerate().find(|(other, root)| *other != at && follows(id, &root.id));
        causes[at].follows = root.map(|(_, root)| root.id.clone()).unwrap_or_default();
    }
    // What follows from a follower follows from its root.
    for at in 0..causes.len() {
        let root = causes.iter().find(|cause| cause.id == causes[at].follows && !cause.follows.is_empty());
        if let Some(root) = root.map(|root| root.follows.clone()) {
            causes[at].follows = root;
        }
    }
    causes.sort_by_key(|cause| !cause.follows.is_empty());
}

fn follows(id: &str, root: &str) -> bool {
    match id {
        "crash-loop" => !["crash-loop", "start-limit-hit", "no-auto-restart"].contains(&root),
        // Whatever made it die so often, it was the starts that were counted.
        "start-limit-hit" => root != "start-limit-hit",
        _ => OF_A_LINE.contains(&id) && WRITTEN.contains(&root),
    }
}

#[cfg(test)]
mod tests {
    use super::{OF_A_LINE, WRITTEN, fold};
    use crate::engine::diagnose::diagnoses;
    use crate::engine::finding::cause;

    #[test]
    fn what_follows_is_put_behind_its_root() {
        for (ids, expected) in [
            (&["crash-loop"][..], &[("crash-loop", "")][..]),
            (&["crash-loop", "start-limit-hit"], &[("crash-loop", ""), ("start-limit-hit", "crash-loop")]),
            (
                &["start-limit-hit", "crash-loop", "exec-missing"],
                &[("exec-missing", ""), ("start-limit-hit", "exec-missing"), ("crash-loop", "exec-missing")],
            ),
            (
                &["inline-comment", "user-unknown", "crash-loop", "start-limit-hit"],
                &[
                    ("inline-comment", ""),
                    ("user-unknown", "inline-comment"),
                    ("crash-loop", "inline-comment"),
                    ("start-limit-hit", "inline-comment"),
                ],
            ),
            (&["wrong-section", "runs-as-root"], &[("wrong-section", ""), ("runs-as-root", "wrong-section")]),
            (&["needs-restart", "not-enabled"], &[("needs-restart", ""), ("not-enabled", "")]),
        ] {
            let mut causes: Vec<_> = ids.iter().map(|id| cause(id, "", "")).collect();
            fold(&mut causes);
            let found: Vec<_> = causes.iter().map(|cause| (cause.id.as_str(), cause.follows.as_str())).collect();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn the_tables_name_causes_that_there_are() {
        for id in WRITTEN.iter().chain(&OF_A_LINE) {
            assert!(diagnoses().contains(id), "{id}");
        }
    }
}
