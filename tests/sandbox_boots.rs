//! A private systemd boots, is entered, and is switched off again.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{course, home, inside};

#[test]
fn a_fresh_root_is_running_with_no_failed_unit() {
    let Some(home) = home() else { return };
    let course = course();
    let bench = home.bench(course.lab("sre-app").unwrap(), "fresh");
    assert_eq!(inside(&bench, &["systemctl", "is-system-running"]), "running\n");
    assert_eq!(inside(&bench, &["systemctl", "--failed", "--no-legend"]), "");
    bench.close().unwrap();
    assert!(home.estate.sandboxes().is_empty());
}

#[test]
fn commands_keep_their_words_streams_and_exit_code() {
    let Some(home) = home() else { return };
    home.must(&["lab", "start", "sre-app", "--no-shell"]);
    let run = |script: &str| home.unitlab(&["lab", "exec", "sre-app", "--", "sh", "-c", script]);
    let done = run("printf '%s' \"$# $HOME ${NOTHING-unset}\"; printf no >&2; exit 7");
    assert_eq!(String::from_utf8_lossy(&done.stdout), "0 /root unset");
    assert_eq!(String::from_utf8_lossy(&done.stderr), "no");
    assert_eq!(done.status.code(), Some(7));
}
