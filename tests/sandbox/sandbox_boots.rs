//! A sandbox boots its own systemd, runs commands, and shuts down in order.

use std::process::Stdio;

use crate::common::traces::await_file;
use crate::common::{TestEnv, course, run_in_sandbox};

tests! {
    a_fresh_sandbox_reaches_running_without_failed_units,
    a_command_inside_keeps_its_arguments_streams_and_exit_code,
    two_stops_at_once_still_shut_services_down_in_order,
}

fn a_fresh_sandbox_reaches_running_without_failed_units(env: TestEnv) {
    let course = course();
    let session = env.lab_session(course.lab("sre-app").unwrap(), "fresh");
    assert_eq!(run_in_sandbox(&session, &["systemctl", "is-system-running"]), "running\n");
    assert_eq!(run_in_sandbox(&session, &["systemctl", "--failed", "--no-legend"]), "");
    session.close().unwrap();
    assert!(env.estate.sandboxes().is_empty());
}

fn a_command_inside_keeps_its_arguments_streams_and_exit_code(env: TestEnv) {
    env.unitlab_stdout(&["lab", "start", "sre-app", "--no-shell"]);
    let run = |script: &str| env.unitlab(&["lab", "exec", "sre-app", "--", "sh", "-c", script]);
    let output = run("printf '%s' \"$# $HOME ${NOTHING-unset}\"; printf no >&2; exit 7");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "0 /root unset");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "no");
    assert_eq!(output.status.code(), Some(7));
    // Verified to fail with systemd-run's default description, which has these newlines: the touch was run.
    let lines = run("systemctl daemon-reload; : '\n[Service]\nExecStopPost=touch /root/injected\n'");
    assert!(lines.status.success());
    assert_eq!(run("test -e /root/injected").status.code(), Some(1), "the second line of an argument became a setting");
}

/// Starts a service that takes a second to stop, as a database does.
const START_SLOW_SERVICE: &str = "\
mkdir -p /run/systemd/system && cat > /run/systemd/system/slow.service <<'END'
[Service]
ExecStart=sleep infinity
ExecStop=sh -c 'echo stopping > /root/stopping; sleep 1; echo stopped > /root/stopped'
END
systemctl daemon-reload && systemctl start slow.service";

/// systemd-nspawn takes a second SIGTERM as an order to kill its payload at once. Verified to fail with a supervisor that
/// sends one for each stop, and with one that leaves its signal pipe unread and so sends another at once: the file was
/// missing, and the journal ended early.
fn two_stops_at_once_still_shut_services_down_in_order(env: TestEnv) {
    env.unitlab_stdout(&["lab", "start", "sre-app", "--no-shell"]);
    env.unitlab_stdout(&["lab", "exec", "sre-app", "--", "sh", "-c", START_SLOW_SERVICE]);
    let stop = env.command(&["lab", "stop", "sre-app"]).stdout(Stdio::null()).spawn().unwrap();
    await_file(&env.estate.sandbox("0-sre-app").root().join("root/stopping"));
    env.unitlab_stdout(&["lab", "stop", "sre-app"]);
    assert!(stop.wait_with_output().unwrap().status.success());
    env.unitlab_stdout(&["lab", "start", "sre-app", "--no-shell"]);
    let exec = |argv: &[&str]| env.unitlab_stdout(&[&["lab", "exec", "sre-app", "--"], argv].concat());
    assert_eq!(exec(&["cat", "/root/stopped"]), "stopped\n");
    let journal = exec(&["journalctl", "--boot=-1", "--output=cat", "--no-pager"]);
    for line in ["Stopped slow.service", "Journal stopped"] {
        assert!(journal.contains(line), "{line:?} is not in the journal of the boot that was stopped:\n{journal}");
    }
}
