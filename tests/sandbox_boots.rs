//! A private systemd boots, is entered, and is switched off again.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test starts programs and fails by panicking")]

mod common;

use std::process::Stdio;

use common::traces::await_file;
use common::{course, run_in_sandbox, test_env};

#[test]
fn a_fresh_root_is_running_with_no_failed_unit() {
    let Some(env) = test_env() else { return };
    let course = course();
    let session = env.lab_session(course.lab("sre-app").unwrap(), "fresh");
    assert_eq!(run_in_sandbox(&session, &["systemctl", "is-system-running"]), "running\n");
    assert_eq!(run_in_sandbox(&session, &["systemctl", "--failed", "--no-legend"]), "");
    session.close().unwrap();
    assert!(env.estate.sandboxes().is_empty());
}

#[test]
fn commands_keep_their_words_streams_and_exit_code() {
    let Some(env) = test_env() else { return };
    env.unitlab_stdout(&["lab", "start", "sre-app", "--no-shell"]);
    let run = |script: &str| env.unitlab(&["lab", "exec", "sre-app", "--", "sh", "-c", script]);
    let done = run("printf '%s' \"$# $HOME ${NOTHING-unset}\"; printf no >&2; exit 7");
    assert_eq!(String::from_utf8_lossy(&done.stdout), "0 /root unset");
    assert_eq!(String::from_utf8_lossy(&done.stderr), "no");
    assert_eq!(done.status.code(), Some(7));
    // The naive way, tried by hand: with the description that systemd-run makes of these words, the touch was run.
    let lines = run("systemctl daemon-reload; : '\n[Service]\nExecStopPost=touch /root/injected\n'");
    assert!(lines.status.success());
    assert_eq!(run("test -e /root/injected").status.code(), Some(1), "a word's second line became a setting");
}

/// A service that needs a moment for its farewell, as a database does.
const FAREWELL: &str = "\
mkdir -p /run/systemd/system && cat > /run/systemd/system/bye.service <<'END'
[Service]
ExecStart=sleep infinity
ExecStop=sh -c 'echo begun > /root/begun; sleep 1; echo done > /root/farewell'
END
systemctl daemon-reload && systemctl start bye.service";

/// The naive way, tried by hand: a supervisor that does not read its signals (they stay to be seen) asks nspawn again at
/// once, and nspawn takes the second time for "immediately". The file was missing, and the journal broke off. So it was
/// with one that passes on each of two requests.
#[test]
fn a_stop_lets_services_end_in_good_order_also_when_it_is_asked_for_twice() {
    let Some(env) = test_env() else { return };
    env.unitlab_stdout(&["lab", "start", "sre-app", "--no-shell"]);
    env.unitlab_stdout(&["lab", "exec", "sre-app", "--", "sh", "-c", FAREWELL]);
    let stop = env.command(&["lab", "stop", "sre-app"]).stdout(Stdio::null()).spawn().unwrap();
    await_file(&env.estate.sandbox("0-sre-app").root().join("root/begun"));
    env.unitlab_stdout(&["lab", "stop", "sre-app"]);
    assert!(stop.wait_with_output().unwrap().status.success());
    env.unitlab_stdout(&["lab", "start", "sre-app", "--no-shell"]);
    let exec = |argv: &[&str]| env.unitlab_stdout(&[&["lab", "exec", "sre-app", "--"], argv].concat());
    assert_eq!(exec(&["cat", "/root/farewell"]), "done\n");
    let journal = exec(&["journalctl", "--boot=-1", "--output=cat", "--no-pager"]);
    for line in ["Stopped bye.service", "Journal stopped"] {
        assert!(journal.contains(line), "{line:?} is not in the journal of the boot that was stopped:\n{journal}");
    }
}
