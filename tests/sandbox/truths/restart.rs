//! Restarts: truths 11–18.

use unitlab::model::{Expect, RestartPolicy, Value};

use super::row::{Row, active, always, restart_sec, running, setting};

pub(crate) fn rows(version: u32) -> Vec<Row> {
    [policies(), signals(), delays(), kills(version)].into_iter().flatten().collect()
}

/// Truths 11, 12 and 16: the line in the file, and the policy in effect.
fn policies() -> Vec<Row> {
    let ignored = |name: &str, line: &str, cause: &'static str| {
        Row::of(11, name).service(line).shows("Restart", "no").fails(always(), &[cause])
    };
    vec![
        ignored("capital", "Restart=Always", "bad-value"),
        ignored("small-key", "restart=always", "unknown-key"),
        ignored("comment", "Restart=always # x", "inline-comment"),
        Row::of(11, "in-unit")
            .text("[Unit]\nRestart=always\n[Service]\nExecStart=/usr/bin/sleep infinity\n")
            .shows("Restart", "no")
            .fails(always(), &["wrong-section"]),
        Row::of(12, "restart")
            .service("Restart=always")
            .drop_in("empty.conf", "[Service]\nRestart=\n")
            .shows("Restart", "always")
            .passes(always()),
        Row::of(12, "user").service("User=nobody\nUser=").shows("User", "").fails(setting("User", Expect::Set), &[]),
        Row::of(12, "command")
            .text("[Service]\nExecStart=/usr/bin/false\n")
            .drop_in("command.conf", "[Service]\nExecStart=\nExecStart=/usr/bin/sleep infinity\n")
            .passes(setting("ExecStart", Expect::Is(Value::Text("/usr/bin/sleep infinity".into())))),
        Row::of(16, "oneshot")
            .text("[Service]\nType=oneshot\nRestart=always\nExecStart=/usr/bin/true\n")
            .shows("LoadState", "bad-setting")
            .fails(unitlab::model::Kind::UnitFile, &["oneshot-with-restart"]),
    ]
}

/// Truths 13 and 14: the policies that restart a service after a signal.
fn signals() -> Vec<Row> {
    use RestartPolicy::{Always, OnAbnormal, OnAbort, OnFailure, OnSuccess};
    let mut rows = Vec::new();
    for policy in RestartPolicy::ALL {
        for (signal, back) in [("KILL", &[Always, OnFailure, OnAbnormal, OnAbort][..]), ("TERM", &[Always, OnSuccess])]
        {
            let word = policy.word();
            let row = Row::of(13, &format!("{}-{word}", signal.to_lowercase()))
                .service(&format!("Restart={word}"))
                .start()
                .then(&format!("systemctl kill --signal={signal} UNIT"));
            rows.push(if back.contains(&policy) {
                row.awaits("NRestarts", "1").awaits("SubState", "running").passes(active(true, 1))
            } else {
                // After SIGTERM, a clean exit, systemd unloads the unit and keeps no result.
                let causes: &[&str] = if signal == "TERM" { &["not-started"] } else { &[] };
                row.awaits("MainPID", "0").shows("NRestarts", "0").fails(active(true, 1), causes)
            });
        }
    }
    rows.push(
        Row::of(14, "forced")
            .service("Restart=no\nRestartForceExitStatus=SIGKILL")
            .start()
            .then("systemctl kill --signal=KILL UNIT")
            .awaits("NRestarts", "1")
            .awaits("SubState", "running")
            .passes(active(true, 1))
            .fails(always(), &[]),
    );
    rows
}

/// Truth 15: time spans are compared by value.
fn delays() -> Vec<Row> {
    let delay = |name: &str, line: &str, shown: &str| {
        Row::of(15, name).service(&format!("RestartSec={line}")).shows("RestartUSec", shown)
    };
    vec![
        delay("plain", "3", "3s").passes(restart_sec("3s")),
        delay("seconds", "3s", "3s").passes(restart_sec("3s")),
        delay("milliseconds", "3000ms", "3s").passes(restart_sec("3s")),
        delay("sum", "2s 1000ms", "3s").passes(restart_sec("3s")),
        delay("half", "0.5", "500ms").passes(restart_sec("500ms")),
        delay("minutes", "5m", "5min").passes(restart_sec("5min")),
        delay("months", "5M", "5month").fails(restart_sec("5min"), &["months-not-minutes"]),
        delay("negative", "-1", "100ms").fails(restart_sec("3s"), &["bad-value"]),
        delay("garbage", "soon", "100ms").fails(restart_sec("3s"), &["bad-value"]),
        delay("comment", "3 # three", "100ms").fails(restart_sec("3s"), &["inline-comment"]),
        // It waits forever, and is neither failed nor active.
        Row::of(15, "infinity")
            .text("[Service]\nRestart=always\nRestartSec=infinity\nExecStart=/usr/bin/false\n")
            .start()
            .awaits("SubState", "auto-restart")
            .shows("RestartUSec", "infinity")
            .shows("SubState", "auto-restart")
            .passes(restart_sec("infinity"))
            .fails(active(true, 100), &["crash-loop"]),
    ]
}

/// Truths 17 and 18: manual stops, and start limits.
fn kills(version: u32) -> Vec<Row> {
    vec![
        Row::of(17, "stopped")
            .service("Restart=always")
            .start()
            .then("systemctl stop UNIT")
            .shows("ActiveState", "inactive")
            .shows("NRestarts", "0")
            .passes(always())
            .fails(running(), &["not-started"]),
        // An enabled unit stays loaded with its exit status, which depends on how the program handles SIGTERM.
        Row::of(17, "stopped-and-enabled")
            .text("[Service]\nType=exec\nExecStart=/bin/sh -c 'echo \"/root: Permission denied\"; trap \"exit 0\" TERM; while :; do sleep 0.05; done'\n[Install]\nWantedBy=multi-user.target\n")
            .enable()
            .start()
            .then("systemctl stop UNIT")
            .shows("ExecMainStatus", "0")
            .fails(running(), &["not-started"]),
        Row::of(17, "killed-by-the-stop")
            .text("[Service]\nType=exec\nExecStart=/usr/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n")
            .enable()
            .start()
            .then("systemctl stop UNIT")
            .shows("ExecMainStatus", "15")
            .fails(running(), &["not-started"]),
        // This loop is too slow for the limit, and ends because of Restart=no.
        Row::of(18, "slow-loop")
            .text("[Unit]\nStartLimitBurst=1\nStartLimitIntervalSec=100ms\n[Service]\nRestart=always\nRestartSec=1s\nExecStart=/usr/bin/false\n[Install]\nWantedBy=multi-user.target\n")
            .enable()
            .then("systemctl restart UNIT")
            .awaits("NRestarts", "1")
            .then("sed -i s/Restart=always/Restart=no/ /etc/systemd/system/UNIT; systemctl daemon-reload")
            .awaits("ActiveState", "failed")
            .fails(running(), &["crash-loop"]),
        // A reload would reset the count, so there is none before the kill. The limit allows one start, so there is no
        // restart, and Result= names the kill.
        Row::of(18, "one-start")
            .text("[Unit]\nStartLimitBurst=1\nStartLimitIntervalSec=1h\n[Service]\nType=exec\nRestart=always\nExecStart=/usr/bin/sleep infinity\n")
            .then("systemctl start UNIT; systemctl kill --signal=KILL UNIT")
            .awaits("ActiveState", "failed")
            .awaits("SubState", "failed")
            .shows("Result", limited(version, "signal"))
            .fails(running(), &["crash-loop", "start-limit-hit"]),
        Row::of(18, "two-starts")
            .text("[Unit]\nStartLimitBurst=2\nStartLimitIntervalSec=1h\n[Service]\nType=exec\nRestart=always\nExecStart=/usr/bin/sleep infinity\n")
            .then("systemctl start UNIT; systemctl kill --signal=KILL UNIT")
            .awaits("NRestarts", "1")
            .awaits("SubState", "running")
            .passes(active(true, 1)),
    ]
}

/// `Result=` of a unit that has reached its start limit. Up to 257 (verified on 252 and 257) it names the failure of the
/// last run, if it failed. 262 names the limit.
pub(crate) fn limited(version: u32, end: &'static str) -> &'static str {
    if version > 257 { "start-limit-hit" } else { end }
}
