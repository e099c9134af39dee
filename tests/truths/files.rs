//! Files: truths 31–35.

use unitlab::model::{Expect, Kind, Value};

use super::row::{Row, setting, waits};

pub(crate) fn rows() -> Vec<Row> {
    [layers(), unannounced(), forms(), names()].into_iter().flatten().collect()
}

/// Truth 31: which file counts.
fn layers() -> Vec<Row> {
    let conf = |seconds: u8| format!("[Service]\nRestartSec={seconds}\n");
    let run = |unit: &str, name: &str| format!("/run/systemd/system/{unit}.service.d/{name}.conf");
    let plain = "[Service]\nExecStart=/usr/bin/sleep infinity\n";
    vec![
        Row::of(31, "etc-over-run")
            .file("/run/systemd/system/t31-etc-over-run.service", &format!("{plain}RestartSec=9\n"))
            .text(&format!("{plain}RestartSec=3\n"))
            .shows("FragmentPath", "/etc/systemd/system/t31-etc-over-run.service")
            .passes(waits("3s")),
        Row::of(31, "same-name")
            .text(plain)
            .file(&run("t31-same-name", "x"), &conf(9))
            .drop_in("x.conf", &conf(3))
            .passes(waits("3s")),
        Row::of(31, "masked-drop-in")
            .text(&format!("{plain}RestartSec=3\n"))
            .file(&run("t31-masked-drop-in", "x"), &conf(9))
            .then("mkdir FILE.d; ln -s /dev/null FILE.d/x.conf")
            .passes(waits("3s")),
        Row::of(31, "no-conf")
            .text(&format!("{plain}RestartSec=3\n"))
            .drop_in("x.config", &conf(9))
            .passes(waits("3s")),
        Row::of(31, "pre-fix-name")
            .text(plain)
            .file("/etc/systemd/system/t31-pre-.service.d/x.conf", &conf(3))
            .passes(waits("3s")),
        // Of everything that is a service, and read before what is more specific.
        Row::of(31, "type")
            .text(plain)
            .file("/etc/systemd/system/service.d/x.conf", "[Service]\nTimeoutAbortSec=77\n")
            .passes(setting("TimeoutAbortSec", Expect::Is(Value::Text("1min 17s".into())))),
        // Only /run says so, and a reboot empties it.
        Row::of(31, "run-only")
            .text(plain)
            .file(&run("t31-run-only", "x"), &conf(3))
            .shows("RestartUSec", "3s")
            .fails(waits("3s"), &["runtime-only"]),
    ]
}

/// Truth 32: the manager is behind, and says that it is not.
fn unannounced() -> Vec<Row> {
    let three = "RestartSec=3";
    vec![
        Row::of(32, "new-folder")
            .service(three)
            .start()
            .last("mkdir FILE.d; printf '[Service]\\nRestartSec=30\\n' > FILE.d/x.conf")
            .shows("RestartUSec", "3s")
            .fails(waits("3s"), &["needs-daemon-reload", "overridden-by-drop-in"]),
        Row::of(32, "kept-time")
            .service(three)
            .start()
            .last("touch -r FILE /run/stamp; sed -i s/=3$/=30/ FILE; touch -r /run/stamp FILE")
            .shows("NeedDaemonReload", "no")
            .fails(waits("3s"), &["needs-daemon-reload"]),
        Row::of(32, "higher-folder")
            .file(
                "/run/systemd/system/t32-higher-folder.service",
                "[Service]\nType=exec\nExecStart=/usr/bin/sleep infinity\nRestartSec=3\n",
            )
            .start()
            .last("sed s/=3$/=30/ /run/systemd/system/UNIT > FILE")
            .shows("RestartUSec", "3s")
            .fails(waits("3s"), &["needs-daemon-reload"]),
    ]
}

/// Truths 33 and 34: how a file may look.
fn forms() -> Vec<Row> {
    let accepted = |name: &str, text: &str| {
        Row::of(34, name)
            .text(text)
            .shows("LoadState", "loaded")
            .shows("User", "nobody")
            .passes(Kind::UnitFile)
            .passes(setting("User", Expect::Is(Value::Text("nobody".into()))))
            .passes(waits("3s"))
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

/// Truth 35: a name is a name, and no pattern.
fn names() -> Vec<Row> {
    vec![
        Row::of(35, "t35\\x20app.service")
            .file("/etc/systemd/system/t35\\x20app.service", "[Service]\nExecStart=/usr/bin/true\nUser=nobody\n")
            .shows("User", "nobody")
            .passes(Kind::UnitFile),
        // systemctl would show another unit, or several.
        Row::of(35, "t35 app.service").cannot_be_told(Kind::UnitFile, &["could-not-tell"]),
        Row::of(35, "t35*.service").cannot_be_told(Kind::UnitFile, &["could-not-tell"]),
    ]
}
