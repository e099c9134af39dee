//! Active services and their ports: truths 19–25, 36 and 37.

use unitlab::model::Kind;

use super::restart::limited;
use super::row::{Row, active, answers, running};

pub(crate) fn rows(version: u32) -> Vec<Row> {
    [loops(version), counters(), states(version), ports()].into_iter().flatten().collect()
}

/// Truths 19 and 20: crash loops.
fn loops(version: u32) -> Vec<Row> {
    let looping = |truth: u8, name: &str, lines: &str| {
        Row::of(truth, name).text(&format!("[Service]\nRestart=always\n{lines}\n")).then("systemctl start UNIT")
    };
    vec![
        looping(19, "false", "ExecStart=/usr/bin/false")
            .awaits("NRestarts", "5")
            .awaits("SubState", "failed")
            .shows("Result", limited(version, "exit-code"))
            .fails(running(), &["crash-loop", "start-limit-hit"]),
        looping(19, "true", "ExecStart=/usr/bin/true")
            .awaits("Result", "start-limit-hit")
            .awaits("SubState", "failed")
            .fails(running(), &["crash-loop", "start-limit-hit"]),
        looping(20, "long-wait", "RestartSec=1h\nExecStart=/usr/bin/false")
            .awaits("SubState", "auto-restart")
            .exits("systemctl is-active UNIT", 3)
            .shows("ActiveState", "activating")
            .fails(running(), &["crash-loop"]),
        // It is active in every sample.
        Row::of(20, "every-second")
            .text("[Unit]\nStartLimitIntervalSec=0\n[Service]\nRestart=always\nRestartSec=0\nExecStart=/usr/bin/sleep 0.8\n")
            .start()
            .exits("systemctl is-active UNIT", 0)
            .fails(running(), &["crash-loop"]),
        Row::of(20, "stable").service("").start().passes(active(true, 1)),
    ]
}

/// Truths 21 and 22: the restart counter, and the states between two runs.
fn counters() -> Vec<Row> {
    let restarted = |truth: u8, name: &str| {
        Row::of(truth, name)
            .service("Restart=always")
            .start()
            .then("systemctl kill --signal=KILL UNIT")
            .awaits("NRestarts", "1")
            .awaits("SubState", "running")
    };
    vec![
        restarted(21, "restart").then("systemctl restart UNIT").shows("NRestarts", "0").passes(active(true, 1)),
        restarted(21, "stop-start")
            .then("systemctl stop UNIT; systemctl start UNIT")
            .shows("NRestarts", "0")
            .passes(active(true, 1)),
        restarted(21, "reset-failed")
            .then("systemctl reset-failed UNIT")
            .shows("NRestarts", "0")
            .passes(active(true, 1)),
        restarted(21, "counted").shows("NRestarts", "1").passes(active(true, 1)),
        // It is up again, but was inactive for a moment after the kill.
        restarted(22, "through-failed")
            .proves(|unit| !["", "0"].contains(&unit.get("InactiveEnterTimestampMonotonic")))
            .passes(active(true, 1)),
    ]
}

/// Truths 23–25: states whose names are misleading.
fn states(version: u32) -> Vec<Row> {
    vec![
        Row::of(23, "exited")
            .text("[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/usr/bin/true\n")
            .start()
            .shows("ActiveState", "active")
            .shows("SubState", "exited")
            .shows("MainPID", "0")
            .passes(active(false, 1))
            .fails(active(true, 1), &[]),
        Row::of(24, "condition")
            .text("[Unit]\nConditionPathExists=/nonexistent\n[Service]\nExecStart=/usr/bin/sleep infinity\n")
            .exits("systemctl start UNIT", 0)
            .shows("ActiveState", "inactive")
            .fails(running(), &["condition-not-met"]),
        // systemd unloads the unit above, so only the journal has its condition. This unit stays loaded, because a target
        // wants it.
        Row::of(24, "wanted")
            .text("[Unit]\nConditionPathExists=/nonexistent\n[Service]\nExecStart=/usr/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n")
            .enable()
            .exits("systemctl start UNIT", 0)
            .shows("ActiveState", "inactive")
            .fails(running(), &["condition-not-met"]),
        Row::of(24, "exec")
            .text("[Service]\nExecStart=/nonexistent\n")
            .exits("systemctl start UNIT", 0)
            .awaits("ActiveState", "failed")
            .shows("ExecMainStatus", "203")
            .fails(running(), &["exec-missing"]),
        Row::of(24, "notify")
            .text("[Service]\nType=notify\nExecStart=/usr/bin/sleep infinity\n")
            .then("systemctl start --no-block UNIT")
            .awaits("SubState", "start")
            .shows("ActiveState", "activating")
            .fails(active(true, 100), &["waits-for-ready"]),
        Row::of(25, "missing")
            .exits("systemctl is-active UNIT", if version >= 256 { 4 } else { 3 })
            .shows("LoadState", "not-found")
            .shows("Result", "success")
            .fails(running(), &[])
            .fails(Kind::UnitFile, &[]),
    ]
}

/// An HTTP server on a port, or on the socket that systemd passes.
pub(crate) const SERVE: &str = "import http.server, socket, sys\n\
    given = sys.argv[1] == 'given'\n\
    port = 0 if given else int(sys.argv[1])\n\
    server = http.server.HTTPServer(('127.0.0.1', port), http.server.SimpleHTTPRequestHandler, not given)\n\
    if given: server.socket = socket.socket(fileno=3)\n\
    socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b'READY=1', __import__('os').environ['NOTIFY_SOCKET'])\n\
    server.serve_forever()\n";

/// Truths 36 and 37: the owner of a socket.
fn ports() -> Vec<Row> {
    let server = |argument: &str| {
        format!("[Service]\nType=notify\nWorkingDirectory=/srv\nExecStart=/usr/bin/python3 /opt/serve.py {argument}\n")
    };
    vec![
        // PID 1 listens. The GET of the check starts the service, so its state is read before.
        Row::of(36, "activated")
            .file("/opt/serve.py", SERVE)
            .text(&server("given"))
            .file("/etc/systemd/system/t36-activated.socket", "[Socket]\nListenStream=127.0.0.1:8036\n")
            .then("systemctl start t36-activated.socket")
            .shows("ActiveState", "inactive")
            .passes(answers(8036)),
        Row::of(37, "own").text(&server("8037")).start().passes(answers(8037)),
        // Another process answers.
        Row::of(37, "foreign").service("").start().fails(answers(8037), &["orphan-answers-the-port"]),
        Row::of(37, "silent").service("").start().fails(answers(8038), &[]),
    ]
}
