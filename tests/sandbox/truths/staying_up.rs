//! Services that start, stay up and come back: cases 38–52.

use unitlab::model::{Expect, Kind, TimeSpan, Value};

use super::row::{Row, active, always, running, setting};

/// Without a start limit, the trial does not have to wait for it.
const NO_LIMIT: &str = "[Unit]\nStartLimitIntervalSec=0";
const WANTED: &str = "[Install]\nWantedBy=multi-user.target";

pub(crate) fn comes_back() -> Kind {
    Kind::ComesBack { within: TimeSpan::from_micros(3_000_000), again: false }
}

pub(crate) fn rows(version: u32) -> Vec<Row> {
    [restarts(), exited(version), types(), commands(), time_limits()].into_iter().flatten().collect()
}

/// Cases 38–41: settings beside `Restart=` that decide about a restart.
fn restarts() -> Vec<Row> {
    let kept =
        |truth: u8, name: &str, lines: &str| Row::of(truth, name).service(&format!("{lines}\n{NO_LIMIT}")).start();
    vec![
        kept(38, "prevented", "Restart=always\nRestartPreventExitStatus=SIGKILL")
            .passes(always())
            .passes(running())
            .fails(comes_back(), &["no-auto-restart"]),
        kept(
            38,
            "prevented-and-forced",
            "Restart=no\nRestartPreventExitStatus=SIGKILL\nRestartForceExitStatus=SIGKILL",
        )
        .fails(comes_back(), &["no-auto-restart"]),
        kept(38, "status-nine", "Restart=always\nRestartPreventExitStatus=9").passes(comes_back()),
        kept(38, "other-status", "Restart=always\nRestartPreventExitStatus=3").passes(comes_back()),
        kept(39, "clean-kill", "Restart=on-failure\nSuccessExitStatus=SIGKILL")
            .fails(comes_back(), &["no-auto-restart"]),
        kept(39, "on-success", "Restart=on-success\nSuccessExitStatus=SIGKILL").passes(comes_back()),
        // The second start fails, because the directory exists.
        kept(
            40,
            "once",
            "Restart=always\nRestartSec=50ms\nExecStartPre=/usr/bin/mkdir /run/t40-once\n[Unit]\nStartLimitBurst=3",
        )
        .passes(always())
        .passes(running())
        .fails(comes_back(), &["crash-loop"]),
        kept(40, "again", "Restart=always\nExecStartPre=/usr/bin/mkdir -p /run/t40-again").passes(comes_back()),
        Row::of(41, "unit").service("Restart=always\n[Unit]\nStartLimitIntervalSec=0").passes(limit_off()),
        // The old name of the setting, which systemd still accepts in [Service].
        Row::of(41, "old-name")
            .service("StartLimitInterval=0")
            .shows("StartLimitIntervalUSec", "0")
            .passes(limit_off()),
        Row::of(41, "in-service")
            .service("StartLimitIntervalSec=0")
            .shows("StartLimitIntervalUSec", "10s")
            .fails(limit_off(), &["wrong-section"]),
    ]
}

fn limit_off() -> Kind {
    setting("StartLimitIntervalSec", Expect::Is(Value::Span(TimeSpan::from_micros(0))))
}

/// Cases 42 and 43: active or successful, but without a process.
fn exited(version: u32) -> Vec<Row> {
    // systemd 252 does not report the status of the missing program.
    let (status, cause) = if version > 252 { ("203", "exec-missing") } else { ("0", "ended-by-itself") };
    let ended = |name: &str, lines: &str| {
        Row::of(42, name)
            .service(&format!("RemainAfterExit=yes\n{lines}"))
            .start()
            .then("systemctl kill --signal=TERM UNIT")
            .awaits("SubState", "exited")
            .exits("systemctl is-active UNIT", 0)
            .passes(active(false, 1))
            .fails(running(), &[])
    };
    vec![
        ended("remains", ""),
        // Restart=always does not restart a unit that remains after a clean exit.
        ended("remains-always", "Restart=always").passes(always()),
        Row::of(43, "dash")
            .text(&format!("[Service]\nExecStart=-/nonexistent\n{WANTED}\n"))
            .enable()
            .exits("systemctl start UNIT", 0)
            .awaits("ActiveState", "inactive")
            .shows("ExecMainStatus", status)
            .shows("Result", "success")
            .fails(running(), &[cause]),
        Row::of(43, "success-status")
            .text(&format!("[Service]\nType=oneshot\nExecStart=/usr/bin/false\nSuccessExitStatus=1\n{WANTED}\n"))
            .enable()
            .exits("systemctl start UNIT", 0)
            .shows("Result", "success")
            .fails(running(), &[]),
    ]
}

/// Cases 44–46: the same program with different `Type=`.
fn types() -> Vec<Row> {
    let typed = |truth: u8, name: &str, text: &str| Row::of(truth, name).text(&format!("[Service]\n{text}\n"));
    let daemon = "/bin/sh -c 'sleep infinity & echo $! >/run/UNIT.pid'";
    vec![
        typed(44, "oneshot", "Type=oneshot\nExecStart=/usr/bin/sleep infinity")
            .then("systemctl start --no-block UNIT")
            .awaits("SubState", "start")
            .fails(active(false, 100), &[]),
        typed(44, "forking", "Type=forking\nExecStart=/usr/bin/sleep infinity")
            .then("systemctl start --no-block UNIT")
            .awaits("SubState", "start")
            .fails(active(false, 100), &["forking-without-pidfile"]),
        typed(44, "done", &format!("Type=oneshot\nExecStart=/usr/bin/true\n{WANTED}"))
            .enable()
            .start()
            .awaits("ActiveState", "inactive")
            .fails(active(false, 1), &["ended-by-itself"]),
        typed(45, "simple", &format!("ExecStart={}\n{WANTED}", daemon.replace("UNIT", "t45-simple")))
            .enable()
            .start()
            .awaits("ActiveState", "inactive")
            .fails(running(), &["ended-by-itself"]),
        typed(
            45,
            "forking",
            &format!("Type=forking\nPIDFile=/run/t45-forking.pid\nExecStart={}", daemon.replace("UNIT", "t45-forking")),
        )
        .start()
        .passes(running()),
        typed(45, "guessed", "Type=forking\nExecStart=/bin/sh -c 'sleep infinity &'").start().passes(running()),
        typed(46, "idle", "Type=idle\nExecStart=/usr/bin/sleep infinity")
            .then("systemctl start UNIT")
            .passes(running()),
        typed(46, "exec", "Type=exec\nExecStart=sleep infinity").start().passes(running()),
    ]
}

/// Cases 47–50: command lines and their environment.
fn commands() -> Vec<Row> {
    let failing = |truth: u8, name: &str, lines: &str| {
        Row::of(truth, name).text(&format!("[Service]\n{lines}\n")).then("systemctl start UNIT || true")
    };
    vec![
        // Without a shell, the ampersand is an argument of the program.
        failing(47, "ampersand", "ExecStart=/usr/bin/sleep infinity &")
            .awaits("ActiveState", "failed")
            .fails(running(), &["shell-syntax"]),
        failing(47, "variable", "Environment=TIME=infinity\nExecStart=/usr/bin/sleep $TIME").passes(running()),
        failing(47, "quoted", "ExecStart=\"/usr/bin/sleep\" 'infinity'").passes(running()),
        Row::of(48, "pre")
            .service("ExecStartPre=/usr/bin/false")
            .then("systemctl start UNIT || true")
            .fails(running(), &[]),
        Row::of(48, "pre-dash").service("ExecStartPre=-/usr/bin/false").start().passes(running()),
        Row::of(48, "post")
            .service("ExecStartPost=/usr/bin/false")
            .then("systemctl start UNIT || true")
            .fails(running(), &[]),
        Row::of(49, "directory")
            .service("WorkingDirectory=/nonexistent")
            .then("systemctl start UNIT || true")
            .awaits("ActiveState", "failed")
            .fails(running(), &["chdir"]),
        Row::of(49, "directory-dash").service("WorkingDirectory=-/nonexistent").start().passes(running()),
        Row::of(49, "environment")
            .service("EnvironmentFile=/nonexistent")
            .then("systemctl start UNIT || true")
            .awaits("Result", "resources")
            .fails(running(), &[]),
        Row::of(49, "environment-dash").service("EnvironmentFile=-/nonexistent").start().passes(running()),
        // The file exists and is executable, but ProtectHome= hides it from the service.
        Row::of(50, "home")
            .text("[Service]\nProtectHome=yes\nExecStart=/root/t50-app infinity\n")
            .then("cp /usr/bin/sleep /root/t50-app; systemctl start UNIT || true")
            .awaits("ExecMainStatus", "203")
            .fails(running(), &["exec-missing"]),
        Row::of(50, "condition")
            .service(&format!("ExecCondition=/usr/bin/false\n{WANTED}"))
            .enable()
            .exits("systemctl start UNIT", 0)
            .shows("Result", "exec-condition")
            .fails(running(), &["condition-not-met"]),
    ]
}

/// Cases 51 and 52: settings that stop a service later.
fn time_limits() -> Vec<Row> {
    vec![
        Row::of(51, "runtime")
            .service("RuntimeMaxSec=1")
            .start()
            .awaits("Result", "timeout")
            .awaits("ActiveState", "failed")
            .fails(running(), &[]),
        Row::of(51, "runtime-long").service("RuntimeMaxSec=infinity").start().passes(running()),
        Row::of(51, "watchdog")
            .service("WatchdogSec=1")
            .start()
            .awaits("Result", "watchdog")
            .awaits("ActiveState", "failed")
            .fails(running(), &[]),
        Row::of(52, "unneeded")
            .service(&format!("[Unit]\nStopWhenUnneeded=yes\n{WANTED}"))
            .then("systemctl start UNIT")
            .awaits("ActiveState", "inactive")
            .fails(active(false, 1), &["not-started"]),
    ]
}
