//! Coming back: truths 11–18.

use unitlab::model::{Expect, RestartPolicy, Value};

use super::row::{Row, active, always, running, setting, waits};

pub(crate) fn rows(version: u32) -> Vec<Row> {
    [policies(), signals(), delays(), kills(version)].into_iter().flatten().collect()
}

/// Truths 11, 12 and 16: what is written, and what is in effect.
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

/// Truths 13 and 14: which signal brings back which policy.
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
                // A clean end, as SIGTERM is one, leaves no trace that a manager would keep.
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

/// Truth 15: time spans by value.
fn delays() -> Vec<Row> {
    let delay = |name: &str, line: &str, shown: &str| {
        Row::of(15, name).service(&format!("RestartSec={line}")).shows("RestartUSec", shown)
    };
    vec![
        delay("plain", "3", "3s").passes(waits("3s")),
        delay("seconds", "3s", "3s").passes(waits("3s")),
        delay("milliseconds", "3000ms", "3s").passes(waits("3s")),
        delay("sum", "2s 1000ms", "3s").passes(waits("3s")),
        delay("half", "0.5", "500ms").passes(waits("500ms")),
        delay("minutes", "5m", "5min").passes(waits("5min")),
        delay("months", "5M", "5month").fails(waits("5min"), &["months-not-minutes"]),
        delay("negative", "-1", "100ms").fails(waits("3s"), &["bad-value"]),
        delay("garbage", "soon", "100ms").fails(waits("3s"), &["bad-value"]),
        delay("comment", "3 # three", "100ms").fails(waits("3s"), &["inline-comment"]),
        // It waits for ever, and says neither failed nor active.
        Row::of(15, "infinity")
            .text("[Service]\nRestart=always\nRestartSec=infinity\nExecStart=/usr/bin/false\n")
            .start()
            .awaits("SubState", "auto-restart")
            .shows("RestartUSec", "infinity")
            .shows("SubState", "auto-restart")
            .passes(waits("infinity"))
            .fails(active(true, 100), &["crash-loop"]),
    ]
}

/// Truths 17 and 18: a stop is respected, and a kill is not for free.
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
        // Enabled, it stays loaded with all that it said and how it ended, whichever way its program takes the signal.
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
        // A loop too slow for the limit, that is then told not to restart, was not given up.
        Row::of(18, "slow-loop")
            .text("[Unit]\nStartLimitBurst=1\nStartLimitIntervalSec=100ms\n[Service]\nRestart=always\nRestartSec=1s\nExecStart=/usr/bin/false\n[Install]\nWantedBy=multi-user.target\n")
            .enable()
            .then("systemctl restart UNIT")
            .awaits("NRestarts", "1")
            .then("sed -i s/Restart=always/Restart=no/ /etc/systemd/system/UNIT; systemctl daemon-reload")
            .awaits("ActiveState", "failed")
            .fails(running(), &["crash-loop"]),
        // A reload would forget the starts, so there is none in between. The limit is one start, and that was the first: the kill ends it, and Result= names the kill.
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

/// `Result=` of what has used up its starts: up to 257 (tried on 252 and 257) it names how the last one ended, if that
/// was a failure; 262 names the limit.
pub(crate) fn limited(version: u32, end: &'static str) -> &'static str {
    if version > 257 { "start-limit-hit" } else { end }
}
