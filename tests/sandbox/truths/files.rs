//! Unit files and drop-ins: truths 31–35.

use unitlab::model::{Expect, Kind, Value};

use super::row::{Row, restart_sec, setting};

pub(crate) fn rows() -> Vec<Row> {
    [precedence(), missed_changes(), formats(), names()].into_iter().flatten().collect()
}

/// Truth 31: the precedence of directories and drop-ins.
fn precedence() -> Vec<Row> {
    let conf = |seconds: u8| format!("[Service]\nRestartSec={seconds}\n");
    let run = |unit: &str, name: &str| format!("/run/systemd/system/{unit}.service.d/{name}.conf");
    let plain = "[Service]\nExecStart=/usr/bin/sleep infinity\n";
    vec![
        Row::of(31, "etc-over-run")
            .file("/run/systemd/system/t31-etc-over-run.service", &format!("{plain}RestartSec=9\n"))
            .text(&format!("{plain}RestartSec=3\n"))
            .shows("FragmentPath", "/etc/systemd/system/t31-etc-over-run.service")
            .passes(restart_sec("3s")),
        Row::of(31, "same-name")
            .text(plain)
            .file(&run("t31-same-name", "x"), &conf(9))
            .drop_in("x.conf", &conf(3))
            .passes(restart_sec("3s")),
        Row::of(31, "masked-drop-in")
            .text(&format!("{plain}RestartSec=3\n"))
            .file(&run("t31-masked-drop-in", "x"), &conf(9))
            .then("mkdir FILE.d; ln -s /dev/null FILE.d/x.conf")
            .passes(restart_sec("3s")),
        Row::of(31, "no-conf")
            .text(&format!("{plain}RestartSec=3\n"))
            .drop_in("x.config", &conf(9))
            .passes(restart_sec("3s")),
        Row::of(31, "pre-fix-name")
            .text(plain)
            .file("/etc/systemd/system/t31-pre-.service.d/x.conf", &conf(3))
            .passes(restart_sec("3s")),
        // A drop-in for all services has lower precedence than one for the unit.
        Row::of(31, "type")
            .text(plain)
            .file("/etc/systemd/system/service.d/x.conf", "[Service]\nTimeoutAbortSec=77\n")
            .passes(setting("TimeoutAbortSec", Expect::Is(Value::Text("1min 17s".into())))),
        // Only /run has the setting, and a reboot empties /run.
        Row::of(31, "run-only")
            .text(plain)
            .file(&run("t31-run-only", "x"), &conf(3))
            .shows("RestartUSec", "3s")
            .fails(restart_sec("3s"), &["runtime-only"]),
    ]
}

/// Truth 32: changes that `NeedDaemonReload` misses.
fn missed_changes() -> Vec<Row> {
    let three = "RestartSec=3";
    vec![
        Row::of(32, "new-directory")
            .service(three)
            .start()
            .last("mkdir FILE.d; printf '[Service]\\nRestartSec=30\\n' > FILE.d/x.conf")
            .shows("RestartUSec", "3s")
            .fails(restart_sec("3s"), &["needs-daemon-reload", "overridden-by-drop-in"]),
        Row::of(32, "kept-time")
            .service(three)
            .start()
            .last("touch -r FILE /run/stamp; sed -i s/=3$/=30/ FILE; touch -r /run/stamp FILE")
            .shows("NeedDaemonReload", "no")
            .fails(restart_sec("3s"), &["needs-daemon-reload"]),
        Row::of(32, "higher-directory")
            .file(
                "/run/systemd/system/t32-higher-directory.service",
                "[Service]\nType=exec\nExecStart=/usr/bin/sleep infinity\nRestartSec=3\n",
            )
            .start()
            .last("sed s/=3$/=30/ /run/systemd/system/UNIT > FILE")
            .shows("RestartUSec", "3s")
            .fails(restart_sec("3s"), &["needs-daemon-reload"]),
    ]
}

/// Truths 33 and 34: the format of a unit file.
fn formats() -> Vec<Row> {
    let accepted = |name: &str, text: &str| {
        Row::of(34, name)
            .text(text)
            .shows("LoadState", "loaded")
            .shows("User", "nobody")
            .passes(Kind::UnitFile)
            .passes(setting("User", Expect::Is(Value::Text("nobody".into()))))
            .passes(restart_sec("3s"))
    };
    vec![
        Row::of(33, "two")
            .text("[Service]\nExecStart=/usr/bin/true\nExecStart=/usr/bin/false\n")
            .shows("LoadState", "bad-setting")
            .fails(Kind::UnitFile, &["bad-setting"]),
        Row::of(33, "reset")
            .text("[Service]\nExecStart=/usr/bin/true\nExecStart=\nExecStart=/usr/bin/false\n")
            .passes(Kind::UnitFile),
        Row::of(33, "oneshot")
            .text("[Service]\nType=oneshot\nExecStart=/usr/bin/true\nExecStart=/usr/bin/false\n")
            .passes(Kind::UnitFile),
        accepted("crlf", "[Service]\r\nExecStart=/usr/bin/true\r\nUser=nobody\r\nRestartSec=3\r\n"),
        accepted("bom", "\u{feff}[Service]\nExecStart=/usr/bin/true\nUser=nobody\nRestartSec=3\n"),
        accepted("indented", "  [Service]\n\tExecStart=/usr/bin/true\n  User = nobody\n   RestartSec=3\n"),
        accepted(
            "split",
            "[Service]\nUser=nobody\n[Unit]\nAfter=network.target\n[Service]\nExecStart=/usr/bin/true\nRestartSec=3\n",
        ),
        accepted(
            "comment",
            "[Service]\nExecStart=/usr/bin/echo \\\n# in between\n  words\nUser=nobody\nRestartSec=3\n",
        ),
        Row::of(34, "small-section")
            .text("[service]\nExecStart=/usr/bin/true\n")
            .shows("LoadState", "bad-setting")
            .fails(Kind::UnitFile, &["wrong-section", "bad-setting"]),
    ]
}

/// Truth 35: unit names with special characters.
fn names() -> Vec<Row> {
    vec![
        Row::of(35, "t35\\x20app.service")
            .file("/etc/systemd/system/t35\\x20app.service", "[Service]\nExecStart=/usr/bin/true\nUser=nobody\n")
            .shows("User", "nobody")
            .passes(Kind::UnitFile),
        // With these names, systemctl would show another unit, or several.
        Row::of(35, "t35 app.service").unknown(Kind::UnitFile, &["could-not-tell"]),
        Row::of(35, "t35*.service").unknown(Kind::UnitFile, &["could-not-tell"]),
    ]
}
